import { useState } from "preact/hooks";
import type { TagView } from "../../../wire";
import { patch, post } from "../../api";
import { known } from "../../store";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icons";
import { Empty } from "../../ui/states";
import { t, type WordKey } from "../../words";
import { colourClass, nearest, TAG_COLOURS, TagChip, type TagColour } from "../tags";
import { Form, useSending } from "./form";

const COLOURS = Object.keys(TAG_COLOURS) as TagColour[];
const SHOWN = 200;

function TagDialog({ tag, close }: { tag: TagView | null; close: () => void }) {
  const [name, setName] = useState(tag?.name ?? "");
  const [colour, setColour] = useState<TagColour>(tag ? nearest(tag.colour) : "teal");
  const body = { name: name.trim(), colour: TAG_COLOURS[colour] };
  return (
    <Dialog title={t(tag ? "tags.edit" : "tags.make")} close={close}>
      <Form
        label={t("save")}
        cancel={close}
        disabled={!name.trim()}
        save={() => (tag ? patch(`/tags/${tag.id}`, body) : post("/tags", body))}
        done={close}
      >
        <label class="field">
          <span>{t("name")}</span>
          <input
            class="input"
            maxLength={120}
            required
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <fieldset class="field">
          <legend>{t("tags.colour")}</legend>
          <div class="colours">
            {COLOURS.map((one) => (
              <label key={one} class={`colour ${colourClass(TAG_COLOURS[one])}`} title={t(`colour.${one}` as WordKey)}>
                <input
                  type="radio"
                  name="colour"
                  checked={one === colour}
                  aria-label={t(`colour.${one}` as WordKey)}
                  onChange={() => setColour(one)}
                />
              </label>
            ))}
          </div>
        </fieldset>
      </Form>
    </Dialog>
  );
}

export function TagAdmin() {
  const [edited, setEdited] = useState<TagView | "new" | null>(null);
  const [wanted, setWanted] = useState("");
  const { problem, send } = useSending();
  const all = known.directory.tags;
  const found = all
    .filter((tag) => tag.name.toLocaleLowerCase().includes(wanted.toLocaleLowerCase()))
    .sort((a, b) => Number(a.retired) - Number(b.retired) || a.name.localeCompare(b.name));
  return (
    <>
      <div class="settings-bar">
        <input
          class="input"
          type="search"
          placeholder={t("picker.find")}
          aria-label={t("picker.find")}
          value={wanted}
          onInput={(event) => setWanted(event.currentTarget.value)}
        />
        <button type="button" class="button primary" onClick={() => setEdited("new")}>
          <Icon name="plus" size={15} />
          {t("tags.make")}
        </button>
      </div>
      {problem && (
        <p class="form-problem" role="alert">
          {problem}
        </p>
      )}
      {found.length === 0 && <Empty icon="tag" title={t(wanted ? "picker.none" : "tags.none")} />}
      <ul class="rows card">
        {found.slice(0, SHOWN).map((tag) => (
          <li key={tag.id} class={tag.retired ? "rows-row gone" : "rows-row"}>
            <span class="rows-main">
              <TagChip tag={tag} /> {tag.retired && <span class="badge">{t("retired")}</span>}
            </span>
            <span class="rows-acts">
              <button type="button" class="button small" onClick={() => setEdited(tag)}>
                {t("edit")}
              </button>
              <button
                type="button"
                class="button small"
                onClick={() => void send(() => patch(`/tags/${tag.id}`, { retired: !tag.retired }))}
              >
                {t(tag.retired ? "bring_back" : "retire")}
              </button>
            </span>
          </li>
        ))}
      </ul>
      {found.length > SHOWN && <p class="faint">{t("picker.more")}</p>}
      {edited && <TagDialog tag={edited === "new" ? null : edited} close={() => setEdited(null)} />}
    </>
  );
}

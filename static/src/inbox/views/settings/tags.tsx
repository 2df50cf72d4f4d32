import { useState } from "preact/hooks";
import type { TagView } from "../../../wire";
import { patch, post } from "../../api";
import { known } from "../../store";
import { Dialog } from "../../ui/dialog";
import { t, type WordKey } from "../../words";
import { colourClass, nearest, TAG_COLOURS, TagChip, type TagColour } from "../tags";
import { EditableList, NameField } from "./editable";
import { Form } from "./form";

const COLOURS = Object.keys(TAG_COLOURS) as TagColour[];

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
        <NameField label={t("name")} name={name} change={setName} />
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
  return (
    <EditableList
      things={known.directory.tags}
      path="/tags"
      icon="tag"
      named={(tag) => tag.name}
      labels={{ make: t("tags.make"), none: t("tags.none") }}
      row={(tag) => (
        <span class="rows-main">
          <TagChip tag={tag} />
        </span>
      )}
      form={(tag, close) => <TagDialog tag={tag} close={close} />}
    />
  );
}

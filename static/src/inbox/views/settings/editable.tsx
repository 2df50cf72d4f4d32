import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { patch } from "../../api";
import { Icon, type IconName } from "../../ui/icons";
import { Problem } from "../../ui/problem";
import { SearchField } from "../../ui/search-field";
import { Empty } from "../../ui/states";
import { t } from "../../words";
import { useSending } from "./form";

const SHOWN = 200; // rows drawn at once; the rest is found by typing
const SEARCHED_FROM = 12; // fewer are seen at a glance

interface Thing {
  id: string;
  retired: boolean;
}

interface EditableProps<T extends Thing> {
  things: readonly T[];
  /** Where one of them is changed: `/tags/ID`. */
  path: string;
  icon: IconName;
  /** What a thing is found and ordered by. */
  named: (thing: T) => string;
  labels: { make: string; none: string; none_more?: string };
  row: (thing: T) => ComponentChildren;
  /** The form for one, or for a new one. */
  form: (thing: T | null, close: () => void) => ComponentChildren;
}

/** What admins make, rename, retire and bring back, never delete: one list for tags, teams and fields. */
export function EditableList<T extends Thing>({ things, path, icon, named, labels, row, form }: EditableProps<T>) {
  const [edited, setEdited] = useState<T | "new" | null>(null);
  const [wanted, setWanted] = useState("");
  const { problem, send } = useSending();
  const needle = wanted.trim().toLocaleLowerCase();
  const found = things
    .filter((thing) => named(thing).toLocaleLowerCase().includes(needle))
    .sort((a, b) => Number(a.retired) - Number(b.retired) || named(a).localeCompare(named(b)));
  return (
    <>
      <div class="settings-bar">
        {things.length >= SEARCHED_FROM && (
          <SearchField label={t("picker.find")} value={wanted} change={setWanted} />
        )}
        <button type="button" class="button primary" onClick={() => setEdited("new")}>
          <Icon name="plus" size={15} />
          {labels.make}
        </button>
      </div>
      <Problem text={problem} />
      {found.length === 0 && (
        <Empty icon={icon} title={needle ? t("picker.none") : labels.none}>
          {needle ? null : labels.none_more}
        </Empty>
      )}
      {found.length > 0 && (
        <ul class="rows card">
          {found.slice(0, SHOWN).map((thing) => (
            <li key={thing.id} class={thing.retired ? "rows-row gone" : "rows-row"}>
              {row(thing)}
              {thing.retired && <span class="badge">{t("retired")}</span>}
              <span class="rows-acts">
                <button type="button" class="button small" onClick={() => setEdited(thing)}>
                  {t("edit")}
                  <span class="only-heard"> {named(thing)}</span>
                </button>
                <button
                  type="button"
                  class="button small"
                  onClick={() => void send(() => patch(`${path}/${thing.id}`, { retired: !thing.retired }))}
                >
                  {t(thing.retired ? "bring_back" : "retire")}
                  <span class="only-heard"> {named(thing)}</span>
                </button>
              </span>
            </li>
          ))}
        </ul>
      )}
      {found.length > SHOWN && <p class="faint">{t("picker.more")}</p>}
      {edited && form(edited === "new" ? null : edited, () => setEdited(null))}
    </>
  );
}

/** The one field all of them have. */
export function NameField({ label, name, change }: { label: string; name: string; change: (name: string) => void }) {
  return (
    <label class="field">
      <span>{label}</span>
      <input
        class="input"
        maxLength={120}
        required
        value={name}
        onInput={(event) => change(event.currentTarget.value)}
      />
    </label>
  );
}

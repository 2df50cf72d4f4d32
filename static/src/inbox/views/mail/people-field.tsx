// A row of addresses: each a chip that can be taken away, and a field for more.

import { useId, useState } from "preact/hooks";
import { isComposing } from "../../../shared/keys";
import type { WrittenTo } from "../../../wire";
import { Icon } from "../../ui/icons";
import { t } from "../../words";
import { isAddress, peopleIn } from "./letter";
import { calledAs } from "./told";

interface PeopleFieldProps {
  label: string;
  people: readonly WrittenTo[];
  /** Who may be meant: found by typing. */
  known: readonly WrittenTo[];
  add: (people: readonly WrittenTo[]) => void;
  remove: (address: string) => void;
}

function called(one: WrittenTo): string {
  return calledAs({ name: one.name ?? "", address: one.address });
}

function Chip({ one, remove }: { one: WrittenTo; remove: () => void }) {
  const bad = !isAddress(one.address);
  return (
    <li class={bad ? "mail-chip bad" : "mail-chip"} title={bad ? t("mail.not_address", { address: one.address }) : one.address}>
      {bad && <Icon name="warning" size={12} />}
      <bdi>{called(one)}</bdi>
      <button type="button" class="tag-remove" aria-label={t("mail.remove", { name: called(one) })} onClick={remove}>
        <Icon name="close" size={12} />
      </button>
    </li>
  );
}

export function PeopleField({ label, people, known, add, remove }: PeopleFieldProps) {
  const [text, setText] = useState("");
  const list = useId();
  const take = (written: string) => {
    setText("");
    const found = peopleIn(written);
    if (found.length > 0) add(found.map((one) => known.find(({ address }) => address === one.address) ?? one));
  };
  const keyed = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    if (event.key === "Enter") {
      // It never sends: that is for the words.
      event.preventDefault();
      take(text);
    } else if (event.key === "Backspace" && text === "") {
      const last = people.at(-1);
      if (last) remove(last.address);
    }
  };
  return (
    <div class="mail-row">
      <label class="mail-role-word" for={`${list}-field`}>
        {label}
      </label>
      <ul class="mail-chips">
        {people.map((one) => (
          <Chip key={one.address} one={one} remove={() => remove(one.address)} />
        ))}
        <li class="mail-chips-field">
          <input
            id={`${list}-field`}
            class="mail-field"
            type="text"
            inputMode="email"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            maxLength={4000}
            list={list}
            value={text}
            onInput={(event) => {
              const { value } = event.currentTarget;
              const isWhole = known.some(({ address }) => address === value) && (event as InputEvent).inputType !== "insertText";
              if (isWhole || /[,;\n]/.test(value)) take(value);
              else setText(value);
            }}
            onBlur={() => take(text)}
            onKeyDown={keyed}
          />
          <datalist id={list}>
            {known
              .filter(({ address }) => people.every((one) => one.address !== address))
              .map((one) => (
                <option key={one.address} value={one.address}>
                  {one.name ?? ""}
                </option>
              ))}
          </datalist>
        </li>
      </ul>
    </div>
  );
}

import type { ComponentChildren } from "preact";

interface Choice<Id extends string | number> {
  id: Id;
  label: ComponentChildren;
  /** The language that the label is in, where it is not the page's. */
  lang?: string;
}

interface ChoiceRowProps<Id extends string | number> {
  label: string;
  /** Of the group of buttons, of which one is chosen. */
  name: string;
  choices: readonly Choice<Id>[];
  chosen: Id;
  choose: (id: Id) => void;
}

/** A few choices side by side, of which one counts. */
export function ChoiceRow<Id extends string | number>({ label, name, choices, chosen, choose }: ChoiceRowProps<Id>) {
  return (
    <div class="choice-row" role="radiogroup" aria-label={label}>
      {choices.map((one) => (
        <label key={one.id} class="radio" lang={one.lang}>
          <input type="radio" name={name} checked={chosen === one.id} onChange={() => choose(one.id)} />
          {one.label}
        </label>
      ))}
    </div>
  );
}

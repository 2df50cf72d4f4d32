import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { t } from "../../words";

export interface Check {
  id: string;
  label: string;
  face?: ComponentChildren;
}

const SEARCHED_FROM = 9;

/** Several of many: the chosen first, the others found by typing. */
export function Checks({
  legend,
  choices,
  chosen,
  change,
  none,
}: {
  legend: string;
  choices: readonly Check[];
  chosen: readonly string[];
  change: (chosen: string[]) => void;
  /** What stands where there is nothing to choose from. */
  none: ComponentChildren;
}) {
  const [wanted, setWanted] = useState("");
  const needle = wanted.trim().toLocaleLowerCase();
  const found = choices.filter((one) => one.label.toLocaleLowerCase().includes(needle));
  return (
    <fieldset class="field checks">
      <legend>{legend}</legend>
      {choices.length === 0 && <p class="faint">{none}</p>}
      {choices.length >= SEARCHED_FROM && (
        <input
          class="input"
          type="search"
          placeholder={t("picker.find")}
          aria-label={`${legend}: ${t("picker.find")}`}
          value={wanted}
          onInput={(event) => setWanted(event.currentTarget.value)}
        />
      )}
      <div class="checks-list">
        {found.map(({ id, label, face }) => (
          <label key={id} class="check">
            <input
              type="checkbox"
              checked={chosen.includes(id)}
              onChange={(event) =>
                change(event.currentTarget.checked ? [...chosen, id] : chosen.filter((one) => one !== id))
              }
            />
            {face}
            <span>{label}</span>
          </label>
        ))}
        {choices.length > 0 && found.length === 0 && <p class="faint">{t("picker.none")}</p>}
      </div>
    </fieldset>
  );
}

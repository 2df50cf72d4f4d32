import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { isComposing } from "../../shared/keys";
import { t } from "../words";
import { Popover } from "./popover";

export interface Choice {
  id: string;
  label: string;
  /** A second, fainter word. */
  hint?: string | undefined;
  mark?: ComponentChildren;
  chosen?: boolean;
  /** A line below: why it is as it is. */
  note?: string;
  /** Shown, and not to be had. */
  off?: boolean;
  /** Takes it while the menu is open. */
  hotkey?: string;
}

interface PickerProps {
  label: string;
  face: ComponentChildren;
  faceClass?: string;
  worded?: boolean;
  /** Told when it opens: what is closed costs nothing, however many there are. */
  choices: readonly Choice[] | (() => readonly Choice[]);
  pick: (id: string) => void;
  /** It has been opened: what is offered may be asked for. */
  opened?: () => void;
  /** Offered when nothing is called so: makes a new one. */
  make?: (name: string) => void;
  makeLabel?: (name: string) => string;
  /** A menu of acts: always the same few, so there is nothing to find. */
  plain?: boolean;
  /** Stays open after a pick (tags). */
  several?: boolean;
  side?: "start" | "end";
  act?: string;
  disabled?: boolean;
}

const SHOWN = 60; // choices drawn at once; ten thousand tags are found by typing

/** A choice from few or many, by pointer or keyboard, found by typing. */
export function Picker(props: PickerProps) {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    if (open) props.opened?.();
  }, [open]);
  return (
    <Popover
      open={open}
      setOpen={setOpen}
      label={props.label}
      face={props.face}
      worded={props.worded ?? false}
      side={props.side ?? "start"}
      {...(props.faceClass ? { faceClass: props.faceClass } : {})}
      {...(props.act ? { act: props.act } : {})}
      disabled={props.disabled ?? false}
    >
      <Choices {...props} done={() => setOpen(false)} />
    </Popover>
  );
}

function matches(choice: Choice, wanted: string): boolean {
  return `${choice.label} ${choice.hint ?? ""}`.toLocaleLowerCase().includes(wanted);
}

function Choices({
  label,
  choices: told,
  pick,
  make,
  makeLabel,
  plain = false,
  several,
  done,
}: PickerProps & { done: () => void }) {
  const [wanted, setWanted] = useState("");
  const [at, setAt] = useState(0);
  const choices = typeof told === "function" ? told() : told;
  const needle = wanted.trim().toLocaleLowerCase();
  const found = choices.filter((choice) => matches(choice, needle));
  const shown = found.slice(0, SHOWN);
  const isNew = make && needle && !choices.some((choice) => choice.label.toLocaleLowerCase() === needle);
  const length = shown.length + (isNew ? 1 : 0);
  const place = Math.min(at, Math.max(0, length - 1));

  const take = (index: number) => {
    const choice = shown[index];
    if (choice?.off) return;
    // Whoever types a whole name means to have it: that never takes away what a colleague chose a moment ago.
    if (choice?.chosen && several && choice.label.toLocaleLowerCase() === needle) setWanted("");
    else if (choice) pick(choice.id);
    else if (isNew) make(wanted.trim());
    else return;
    if (several) setWanted("");
    else {
      refocus();
      done();
    }
  };
  useEffect(() => {
    document.getElementById(`picker-${place}`)?.scrollIntoView({ block: "nearest" });
  }, [place]);
  const keyed = (event: KeyboardEvent) => {
    if (isComposing(event)) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setAt((place + (event.key === "ArrowDown" ? 1 : length - 1)) % Math.max(1, length));
    } else if (event.key === "Enter") {
      event.preventDefault();
      take(place);
    } else if (plain && shown.some((choice) => choice.hotkey === event.key)) {
      event.preventDefault();
      take(shown.findIndex((choice) => choice.hotkey === event.key));
    }
  };
  return (
    <div class="picker" onKeyDown={keyed}>
      {plain ? null : (
        <input
          class="input"
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="picker-choices"
          aria-label={label}
          aria-activedescendant={length ? `picker-${place}` : undefined}
          placeholder={t("picker.find")}
          value={wanted}
          autocomplete="off"
          ref={focusOnce}
          onInput={(event) => {
            setWanted(event.currentTarget.value);
            setAt(0);
          }}
        />
      )}
      <ul
        class="choices"
        role="listbox"
        id="picker-choices"
        aria-label={label}
        aria-multiselectable={several}
        tabIndex={plain ? 0 : undefined}
        aria-activedescendant={plain ? `picker-${place}` : undefined}
        ref={plain ? focusOnce : null}
      >
        {shown.map((choice, index) => (
          <li
            key={choice.id}
            id={`picker-${index}`}
            role="option"
            aria-selected={choice.chosen ?? false}
            aria-disabled={choice.off}
            class={`choice${index === place ? " current" : ""}${choice.off ? " off" : ""}`}
            onClick={() => take(index)}
            onPointerMove={() => setAt(index)}
          >
            <span class="choice-mark">{choice.mark}</span>
            <span class="choice-label">
              {choice.label}
              {choice.note && <span class="choice-note">{choice.note}</span>}
            </span>
            {choice.hint && <span class="choice-hint">{choice.hint}</span>}
            {choice.chosen && (
              <span class="choice-chosen" aria-hidden="true">
                ✓
              </span>
            )}
          </li>
        ))}
        {isNew && (
          <li
            id={`picker-${shown.length}`}
            role="option"
            aria-selected="false"
            onClick={() => take(shown.length)}
            class={place === shown.length ? "choice current" : "choice"}
          >
            <span class="choice-mark">+</span>
            <span class="choice-label">{makeLabel?.(wanted.trim())}</span>
          </li>
        )}
      </ul>
      {length === 0 && <p class="faint choices-none">{t("picker.none")}</p>}
      {found.length > SHOWN && <p class="faint choices-none">{t("picker.more")}</p>}
    </div>
  );
}

let openedFrom: Element | null = null;

function focusOnce(input: HTMLElement | null): void {
  if (!input) return;
  openedFrom = document.activeElement;
  input.focus({ preventScroll: true });
}

function refocus(): void {
  if (openedFrom instanceof HTMLElement) openedFrom.focus();
}

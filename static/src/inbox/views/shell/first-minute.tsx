import { useEffect, useState } from "preact/hooks";
import { isTyping } from "../../../shared/keys";
import { endMinute, followActs, minuteOf, type Step, STEPS, take } from "../../first-minute";
import { known } from "../../store";
import { Icon, type IconName } from "../../ui/icons";
import { t, type WordKey } from "../../words";
import { chosenId } from "./chosen";
import { press } from "./press";

interface Told {
  icon: IconName;
  title: WordKey;
  how: WordKey;
  key?: string;
  /** The button of an opened conversation that begins it. */
  act?: string;
}

const WORDS: Readonly<Record<Step, Told>> = {
  answer: { icon: "reply", title: "minute.answer", how: "minute.answer_how", key: "R", act: "reply" },
  note: { icon: "note", title: "minute.note", how: "minute.note_how", key: "N", act: "note" },
  assign: { icon: "person", title: "minute.assign", how: "minute.assign_how", key: "A", act: "assign" },
  snooze: { icon: "snooze", title: "minute.snooze", how: "minute.snooze_how", key: "Z", act: "snooze" },
  customer: { icon: "out", title: "minute.customer", how: "minute.customer_how" },
};

/** Somebody writes, so a key would be a letter of theirs. */
function useTyping(): boolean {
  const [typing, setTyping] = useState(() => isTyping(document.activeElement));
  useEffect(() => {
    const enters = (event: FocusEvent) => setTyping(isTyping(event.target));
    const leaves = (event: FocusEvent) => setTyping(isTyping(event.relatedTarget));
    document.addEventListener("focusin", enters);
    document.addEventListener("focusout", leaves);
    return () => {
      document.removeEventListener("focusin", enters);
      document.removeEventListener("focusout", leaves);
    };
  }, []);
  return typing;
}

/** The keys of a step as they work from here: out of a field first, or the letter is written to the customer. */
function Keys({ letter }: { letter: string }) {
  const typing = useTyping();
  return (
    <span class="minute-keys">
      {typing && <kbd>Esc</kbd>} <kbd>{letter}</kbd>
    </span>
  );
}

/** The step to take now: in a conversation it begins it itself. */
function StepWords({ told, next }: { told: Told; next: boolean }) {
  const { act } = told;
  const words = <span>{t(told.title)}</span>;
  if (!next || !act || chosenId.value === null)
    return (
      <>
        <Icon name={told.icon} size={16} /> {words}
      </>
    );
  return (
    <button type="button" class="button small minute-go" onClick={() => press(act)}>
      <Icon name={told.icon} size={16} /> {words}
    </button>
  );
}

/** Five small steps for who sees an inbox for the first time; only the demo has them, until the agent waves them off. */
export function FirstMinute() {
  const minute = minuteOf(known.preferences);
  const running = minute !== null && !minute.over;
  useEffect(() => (running ? followActs() : undefined), [running]);
  if (!running) return null;
  const next = STEPS.find((step) => !minute.done.includes(step));
  return (
    <section class={next ? "minute" : "minute minute-over"} aria-label={t("minute.title")}>
      <ol class="minute-steps">
        {STEPS.map((step) => {
          const done = minute.done.includes(step);
          return (
            <li key={step} class={done ? "done" : step === next ? "next" : ""} aria-current={step === next ? "step" : undefined}>
              <StepWords told={done ? { ...WORDS[step], icon: "check" } : WORDS[step]} next={step === next} />
              {done && <span class="only-heard">{t("first.done")}</span>}
            </li>
          );
        })}
      </ol>
      {next && (
        <span class="minute-at" aria-hidden="true">
          {STEPS.indexOf(next) + 1}/{STEPS.length}
        </span>
      )}
      <p class="minute-how">
        <span role="status">{t(next ? WORDS[next].how : "minute.all_done")}</span>{" "}
        {next && WORDS[next].key && <Keys letter={WORDS[next].key} />}
      </p>
      <a
        class={next === "customer" ? "button primary" : next ? "button minute-later" : "button"}
        href={minute.sandbox}
        target="_blank"
        rel="noopener"
        data-leave
        onClick={() => take("customer")}
      >
        {t("minute.customer_go")}
      </a>
      <button
        type="button"
        class={next ? "button quiet minute-skip" : "button primary"}
        title={next && t("minute.skip")}
        onClick={endMinute}
      >
        {next && <Icon name="close" size={16} />}
        <span>{t(next ? "minute.skip" : "minute.end")}</span>
      </button>
    </section>
  );
}

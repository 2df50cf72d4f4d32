import { useEffect } from "preact/hooks";
import { endMinute, followActs, minuteOf, type Step, STEPS, take } from "../../first-minute";
import { known } from "../../store";
import { Icon, type IconName } from "../../ui/icons";
import { t, type WordKey } from "../../words";

const WORDS: Readonly<Record<Step, { icon: IconName; title: WordKey; how: WordKey; key?: string }>> = {
  answer: { icon: "reply", title: "minute.answer", how: "minute.answer_how", key: "R" },
  note: { icon: "note", title: "minute.note", how: "minute.note_how", key: "N" },
  assign: { icon: "person", title: "minute.assign", how: "minute.assign_how", key: "A" },
  snooze: { icon: "snooze", title: "minute.snooze", how: "minute.snooze_how", key: "Z" },
  customer: { icon: "out", title: "minute.customer", how: "minute.customer_how" },
};

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
              <Icon name={done ? "check" : WORDS[step].icon} size={16} />
              <span>{t(WORDS[step].title)}</span>
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
      <p class="minute-how" role="status">
        {next ? t(WORDS[next].how) : t("minute.all_done")} {next && WORDS[next].key && <kbd>{WORDS[next].key}</kbd>}
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

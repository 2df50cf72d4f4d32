// A moment to come, chosen by the words that people use for it or by itself.

import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { dates } from "../../../shared/formats";
import { clock, DAY, startOfDay } from "../../../shared/time";
import { now } from "../../clock";
import { language, t, type WordKey } from "../../words";

const HOUR = 3_600_000;

/** Times people mean by these words, in their own day. */
export function snoozeTimes(from: number): { says: WordKey; until: number }[] {
  const morning = (days: number) => startOfDay(from + days * DAY) + 9 * HOUR;
  const toMonday = (8 - new Date(from).getDay()) % 7 || 7;
  return [
    { says: "snooze.hour", until: from + HOUR },
    { says: "snooze.three_hours", until: from + 3 * HOUR },
    { says: "snooze.tomorrow", until: morning(1) },
    // On Sundays Monday is tomorrow, said once.
    ...(toMonday > 1 ? [{ says: "snooze.monday" as const, until: morning(toMonday) }] : []),
    { says: "snooze.week", until: morning(7) },
  ];
}

export function shortTime(at: number): string {
  return `${dates(language.value, { weekday: "short" }).format(at)} ${clock(at, language.value)}`;
}

function localInput(at: number): string {
  const date = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 16);
}

/** The focus goes back to the button that opened it. */
function refocus(within: Element | null): void {
  within?.closest(".popover-place")?.querySelector<HTMLElement>("[aria-expanded]")?.focus();
}

interface TimesProps {
  /** What is done at the moment that is typed. */
  word: string;
  /** Above the times: what else may be chosen. */
  first?: { label: string; hint: string | null; run: () => void } | undefined;
  choose: (at: number) => void;
}

export function Times({ word, first, choose }: TimesProps) {
  const [own, setOwn] = useState("");
  const at = own ? new Date(own).getTime() : 0;
  const times = useRef<HTMLDivElement>(null);
  const choices = () => Array.from(times.current?.querySelectorAll<HTMLElement>(".choice") ?? []);
  useLayoutEffect(() => choices()[0]?.focus({ preventScroll: true }), []);
  const walk = (event: KeyboardEvent) => {
    const at = choices().findIndex((choice) => choice === document.activeElement);
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (at === -1 || by === 0) return;
    event.preventDefault();
    choices().at((at + by) % choices().length)?.focus();
  };
  const done = (run: () => void) => {
    // First: what is chosen may lead elsewhere.
    refocus(times.current);
    run();
  };
  return (
    <div class="snooze" ref={times} onKeyDown={walk}>
      {first && (
        <button type="button" class="choice snooze-wake" onClick={() => done(first.run)}>
          <span class="choice-label">{first.label}</span>
          {first.hint && <span class="choice-hint">{first.hint}</span>}
        </button>
      )}
      {snoozeTimes(now.value).map(({ says, until }) => (
        <button key={says} type="button" class="choice" onClick={() => done(() => choose(until))}>
          <span class="choice-label">{t(says)}</span>
          <span class="choice-hint">{shortTime(until)}</span>
        </button>
      ))}
      <form
        class="snooze-own"
        onSubmit={(event) => {
          event.preventDefault();
          if (at > Date.now()) done(() => choose(at));
        }}
      >
        <label class="field">
          <span>{t("snooze.own")}</span>
          <input
            class="input"
            type="datetime-local"
            value={own}
            min={localInput(now.value)}
            onInput={(event) => setOwn(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="button primary" disabled={!(at > Date.now())}>
          {word}
        </button>
      </form>
    </div>
  );
}

// How far a message of ours has come, in words, and since when: asked of the server when somebody looks at it.

import { signal } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { MessageView, SeenView } from "../../../wire";
import { clock, exact, startOfDay } from "../../../shared/time";
import { get } from "../../api";
import { now } from "../../clock";
import type { Tick } from "../../store/select";
import { Icon, type IconName } from "../../ui/icons";
import { language, t, type WordKey } from "../../words";

/** The message that the pointer rests on or the keyboard stands at. */
export const lookedAt = signal<string | null>(null);

const RESTS = 120; // ms

/** Steps that were taken at a moment: the others go on, or never came. */
const TIMED: ReadonlySet<Tick> = new Set<Tick>(["sent", "delivered", "read"]);

export const FACES: Readonly<Record<Tick, IconName>> = {
  queued: "clock",
  unknown: "question",
  sent: "check",
  failed: "warning",
  delivered: "doubleCheck",
  read: "doubleCheck",
};

/** Asked once for each step that it has come. */
function useSeen(message: MessageView, tick: Tick, wanted: boolean): SeenView | null {
  const [seen, setSeen] = useState<{ tick: Tick; told: SeenView } | null>(null);
  useEffect(() => {
    if (!wanted || !TIMED.has(tick) || seen?.tick === tick) return;
    if (tick === "sent" && message.delivery === undefined) return;
    let current = true;
    const timer = setTimeout(() => {
      get<SeenView>(`/messages/${message.id}/seen`).then(
        (told) => current && setSeen({ tick, told }),
        // The word stands without its time.
        () => undefined,
      );
    }, RESTS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [wanted, tick, message.id]);
  return seen?.tick === tick ? seen.told : null;
}

/** The time alone where it is today's; the words below the title name the whole moment. */
function short(at: number): string {
  return startOfDay(at) === startOfDay(now.value) ? clock(at, language.value) : exact(at, language.value);
}

/** "Sent 14:01, delivered 14:02, read 14:05", one below the other. */
function story(message: MessageView, tick: Tick, seen: SeenView | null): string {
  const step = (word: WordKey, at: number) => `${t(word)} · ${exact(at, language.value)}`;
  const steps = [
    step(message.delivery === undefined ? "tick.sent" : "tick.written", message.at),
    ...(seen?.sent_at ? [step("tick.sent", seen.sent_at)] : []),
    ...(seen?.delivered_at ? [step("tick.delivered", seen.delivered_at)] : []),
    ...(seen?.read_at ? [step("tick.read", seen.read_at)] : []),
  ];
  return [...steps, ...(TIMED.has(tick) ? [] : [t(`tick.${tick}`)])].join("\n");
}

export function TickMark({ tick, message }: { tick: Tick; message: MessageView }) {
  const wanted = lookedAt.value === message.id;
  const seen = useSeen(message, tick, wanted);
  const at = seen && { read: seen.read_at, delivered: seen.delivered_at, sent: seen.sent_at }[tick as string];
  return (
    <span class={`tick tick-${tick}`} title={story(message, tick, seen)}>
      <Icon name={FACES[tick]} size={14} />
      <span class="tick-word">{t(`tick.${tick}`)}</span>
      {wanted && at != null && <span class="tick-at">{short(at)}</span>}
    </span>
  );
}

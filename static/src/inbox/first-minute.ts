// The demo's guided first minute: which of its steps the agent has really done. What the demo's server tells in the
// agent's preferences is where the sandbox is; what is kept there is how far the agent has come.

import { effect } from "@preact/signals";
import { setPreferences } from "./commands";
import { state } from "./store";
import type { Pending } from "./store/state";

export const STEPS = ["answer", "note", "assign", "snooze", "customer"] as const;
export type Step = (typeof STEPS)[number];

export interface FirstMinute {
  /** The path of the page on which one plays the customer. */
  sandbox: string;
  done: readonly Step[];
  over: boolean;
}

/** Null where there is none: everywhere but in the demo. */
export function minuteOf(preferences: Readonly<Record<string, unknown>>): FirstMinute | null {
  const told = preferences.first_minute as Partial<FirstMinute> | undefined;
  if (typeof told?.sandbox !== "string" || !told.sandbox.startsWith("/sandbox/")) return null;
  const done = STEPS.filter((step) => told.done?.includes(step));
  return { sandbox: told.sandbox, done, over: told.over === true };
}

/** The steps that an act takes. */
export function stepsOf({ name, args }: Pick<Pending, "name" | "args">): Step[] {
  const acts = (args.actions ?? {}) as { assignee?: unknown; status?: unknown };
  switch (name) {
    case "reply":
      return ["answer"];
    case "note":
      return ["note"];
    case "assign":
      return args.agent ? ["assign"] : [];
    case "snooze":
      return ["snooze"];
    case "bulk":
      return [...(acts.assignee ? (["assign"] as const) : []), ...(acts.status === "snoozed" ? (["snooze"] as const) : [])];
    default:
      return [];
  }
}

/** Acts that were on their way and are answered now; one that failed still stands among them. */
export function answered(before: readonly Pending[], now: readonly Pending[]): Pending[] {
  const left = new Set(now.map((one) => one.id));
  return before.filter((one) => one.state === "waiting" && !left.has(one.id));
}

function keep(change: Partial<FirstMinute>): void {
  const minute = minuteOf(state.peek().preferences);
  if (minute) setPreferences({ first_minute: { ...minute, ...change } });
}

export function take(...steps: Step[]): void {
  const minute = minuteOf(state.peek().preferences);
  const fresh = steps.filter((step) => minute && !minute.over && !minute.done.includes(step));
  if (minute && fresh.length > 0) keep({ done: [...minute.done, ...fresh] });
}

/** For good: it never comes back. */
export const endMinute = () => keep({ over: true });

/** Follows what the agent does for as long as there is something left to guide to; answers what ends it. */
export function followActs(): () => void {
  let before: readonly Pending[] = [];
  return effect(() => {
    const { pending } = state.value;
    const done = answered(before, pending).flatMap(stepsOf);
    before = pending;
    if (done.length > 0) queueMicrotask(() => take(...done));
  });
}

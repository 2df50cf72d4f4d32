// Settings that pages fetch and somebody else, or this agent elsewhere, may change: a number for each kind rises then.

import { signal } from "@preact/signals";
import type { ToAgent } from "../../../wire";

export const changes = { macro: signal(0), view: signal(0), hours: signal(0), parked: signal(0), webhook: signal(0), place: signal(0) } as const;
export type Setting = keyof typeof changes;

/** Which of them a frame says to have changed; all of them where everything is told anew. */
export function changedBy(frame: ToAgent): Setting[] {
  if (frame.kind === "snapshot") return ["macro", "view", "hours", "parked", "webhook", "place"];
  if (frame.kind === "private") {
    const told = frame.private.changed ?? [];
    return (["macro", "view"] as const).filter((one) => told.includes(`${one}s`));
  }
  if (frame.kind !== "events") return [];
  const told = frame.events.filter((event) => event.kind === "setting.changed").map((event) => event.changes?.what);
  return (Object.keys(changes) as Setting[]).filter((one) => told.includes(one));
}

/** Every frame passes here. */
export function noteSettings(frame: ToAgent): void {
  for (const one of changedBy(frame)) changes[one].value++;
}

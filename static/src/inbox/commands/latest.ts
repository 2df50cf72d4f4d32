// Private state on its way up: of each thing only the latest is said, coalesced, again after a reconnect if unanswered.

import type { Command } from "../../wire";
import { newId } from "../../shared/ids";
import { state } from "../store";

interface Latest {
  name: string;
  args: Record<string, unknown>;
  /** Of which epoch positions in `args` are. */
  epoch: string | null;
  /** The command it went out under; null: not said yet. */
  id: string | null;
  timer: ReturnType<typeof setTimeout> | null;
  /** Called once it has an answer, good or bad. */
  answered: () => void;
}

const waiting = new Map<string, Latest>();
let speak: (frame: Command) => boolean = () => false;

export function useSocketForLatest(send: (frame: Command) => boolean): void {
  speak = send;
}

function transmit(entry: Latest): void {
  entry.timer = null;
  const id = newId();
  if (speak({ kind: "command", id, name: entry.name, args: entry.args })) entry.id = id;
}

/** Says `name` with `args` after `delay`, unless a later one under the same key takes its place. */
export function sayLatest(
  key: string,
  name: string,
  args: Record<string, unknown>,
  delay: number,
  answered: () => void = () => undefined,
): void {
  const before = waiting.get(key);
  const entry: Latest = { name, args, epoch: state.value.epoch, id: null, timer: before?.timer ?? null, answered };
  if (before?.timer) clearTimeout(before.timer);
  entry.timer = setTimeout(() => transmit(entry), delay);
  waiting.set(key, entry);
}

/** Is something under this key still on its way? */
export function isWaiting(key: string): boolean {
  return waiting.has(key);
}

/** Is anything at all? */
export function isAnythingWaiting(): boolean {
  return waiting.size > 0;
}

/** What of this kind is still on its way. */
export function stillWaiting(name: string): Readonly<Record<string, unknown>>[] {
  return [...waiting.values()].filter((entry) => entry.name === name).map((entry) => entry.args);
}

/** Says at once what is still being gathered: the page goes, or the conversation is left. */
export function sayNow(): void {
  for (const entry of waiting.values()) {
    if (!entry.timer) continue;
    clearTimeout(entry.timer);
    transmit(entry);
  }
}

/** An answer, good or bad: a refused draft or mark is not tried again. */
export function heard(id: string): void {
  for (const [key, entry] of waiting) {
    if (entry.id !== id) continue;
    waiting.delete(key);
    entry.answered();
  }
}

/** After hello. A mark of another epoch is let go: what it marked may not even be there. */
export function sayAgain(): void {
  for (const [key, entry] of waiting) {
    const speaksOfPlaces = "position" in entry.args || "to" in entry.args;
    if (!speaksOfPlaces || entry.epoch === state.value.epoch) continue;
    if (entry.timer) clearTimeout(entry.timer);
    waiting.delete(key);
  }
  for (const entry of waiting.values()) if (!entry.timer) transmit(entry);
}

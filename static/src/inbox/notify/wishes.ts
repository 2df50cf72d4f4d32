// How an agent wants to be told: on the server where it follows the agent, here where it is this browser's.

import { computed, signal } from "@preact/signals";
import { keptIn } from "../../shared/clientstore";
import type { NoticeView } from "../../wire";
import { setPreferences } from "../commands";
import { known } from "../store";

export type Kind = NoticeView["kind"] | "back";

export interface Wishes {
  sound: boolean;
  /** From 0 to 1. */
  volume: number;
  kinds: Readonly<Record<Kind, boolean>>;
  /** May a push carry names and words? */
  preview: boolean;
}

/** Minutes of the day; `days` on which it begins, 0 is Monday. */
export interface Quiet {
  zone: string;
  start: number;
  end: number;
  days: readonly number[];
}

export const KINDS: readonly Kind[] = ["new", "mention", "assigned", "replied", "failed", "woke", "back"];
const ALL: Wishes["kinds"] = { new: true, mention: true, assigned: true, replied: true, failed: true, woke: true, back: true };
const FIRST: Wishes = { sound: true, volume: 0.5, kinds: ALL, preview: false };

function asTable(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

/** Whatever is stored, by this front end or another: only what fits is believed. */
export function readWishes(stored: unknown): Wishes {
  const said = asTable(stored);
  const kinds = asTable(said.kinds);
  const { volume } = said;
  return {
    sound: said.sound !== false,
    volume: typeof volume === "number" && volume >= 0 && volume <= 1 ? volume : FIRST.volume,
    kinds: Object.fromEntries(KINDS.map((kind) => [kind, kinds[kind] !== false])) as Wishes["kinds"],
    preview: said.preview === true,
  };
}

export const wishes = computed(() => readWishes(known.preferences.notify));

export function wish(change: Partial<Wishes>): void {
  setPreferences({ notify: { ...wishes.peek(), ...change } });
}

export const quiet = computed<Quiet | null>(() => {
  const { zone, start, end, days } = asTable(known.preferences.quiet);
  if (typeof zone !== "string" || typeof start !== "number" || typeof end !== "number") return null;
  const known_ = Array.isArray(days) ? days.filter((day): day is number => typeof day === "number") : [];
  return { zone, start, end, days: known_ };
});

export function setQuiet(to: Quiet | null): void {
  setPreferences({ quiet: to });
}

// --- this browser's ---------------------------------------------------------------------------------------------------

const kept = keptIn(() => localStorage, "parley.notify.");

/** Shared by all tabs of this browser; another agent who signs in here begins anew. */
function keyed(name: string): string {
  return `${name}.${known.me?.id ?? ""}`;
}

const told = signal(0);

export function isOn(name: "desktop" | "push"): boolean {
  void told.value;
  return kept.read<boolean>(keyed(name)) === true;
}

export function turn(name: "desktop" | "push", on: boolean): void {
  kept.write(keyed(name), on);
  told.value++;
}

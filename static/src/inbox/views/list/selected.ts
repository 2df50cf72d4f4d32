// The conversations chosen in the list, to do the same to all of them.

import { computed, effect, signal } from "@preact/signals";
import { known } from "../../store";
import { belongs, listKey } from "../../store/lists";
import { conversationOf } from "../../store/select";
import { listFilter } from "./place";
import { shownRows } from "./shown";

/** The server takes so many at once. */
export const MOST = 200;

export interface BulkFailure {
  conversation: string;
  /** As it was called when it was meant: by now it may be out of sight. */
  says: string;
  why: string;
}

/** With which of them the last act did not work. */
export const bulkFailures = signal<readonly BulkFailure[]>([]);

const chosen = signal<ReadonlySet<string>>(new Set());

/** Every row shows its box: for fingers, which hover over nothing. */
export const choosing = signal(false);

/** From where Shift reaches. */
let anchor: string | null = null;

/** Those that still stand in the list: what a colleague has closed meanwhile is nobody's to close again. */
export const selected = computed<readonly string[]>(() => {
  const filter = listFilter.value;
  if (chosen.value.size === 0 || !filter) return [];
  return [...chosen.value].filter((id) => {
    const view = conversationOf(known, id);
    return view !== undefined && belongs(view, filter, known);
  });
});

const among = computed(() => new Set(selected.value));

export function isSelected(id: string): boolean {
  return among.value.has(id);
}

function take(ids: Iterable<string>): void {
  chosen.value = new Set([...ids].slice(0, MOST));
}

export function toggle(id: string): void {
  const before = selected.peek();
  anchor = id;
  take(before.includes(id) ? before.filter((one) => one !== id) : [...before, id]);
}

/** Everything from the last one taken to this one. */
export function selectTo(id: string): void {
  const rows = shownRows.peek();
  const [from, to] = [anchor === null ? -1 : rows.indexOf(anchor), rows.indexOf(id)];
  if (from === -1 || to === -1) return toggle(id);
  take(new Set([...selected.peek(), ...rows.slice(Math.min(from, to), Math.max(from, to) + 1)]));
}

/** All rows that have been read, or as many as may be acted upon at once. */
export function selectShown(): void {
  take(shownRows.peek().slice(0, MOST));
}

export function select(ids: readonly string[]): void {
  take(ids);
}

export function selectNone(): void {
  chosen.value = new Set();
  choosing.value = false;
  anchor = null;
}

let last = "";

/** Another list, another choice. */
effect(() => {
  const filter = listFilter.value;
  const key = filter ? listKey(filter) : "";
  if (key !== last) selectNone();
  last = key;
});

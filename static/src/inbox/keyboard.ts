// Shortcuts, by what a key means on whatever layout is switched on (`shortcutOf`). Never while somebody types or an
// input method composes; only the palette opens from everywhere.

import { effect } from "@preact/signals";
import { isComposing, shortcutOf } from "../shared/keys";
import { go, route } from "./router";
import { state } from "./store";
import { quoteOne, walkMessages } from "./views/conversation/walking";
import { chosenId, listAddress, listPlace } from "./views/shell/chosen";
import { shownRows } from "./views/list/list";
import { press } from "./views/shell/press";
import { toggleNotices } from "./views/notices/bell";
import { toggleWatching } from "./views/notices/watching";
import { paletteOpen } from "./views/shell/palette";
import { shortcutsOpen } from "./views/shell/shortcuts";
import { undoLast } from "./ui/toasts";
import { undoNewestHeld } from "./views/conversation/held";

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
}

/** The open conversation's list as it last stood in it: who closes it goes on from there. */
let stood: { id: string; rows: readonly string[] } | null = null;

effect(() => {
  const id = chosenId.value;
  const rows = shownRows.value;
  if (id !== null && rows.includes(id)) stood = { id, rows };
});

/** The row next to one that has left the list; past the last one the new last. */
function nextToLeft(id: string, rows: readonly string[], by: number): string | undefined {
  const before = stood?.id === id ? stood.rows : [];
  const from = before.indexOf(id);
  if (from === -1) return rows[0];
  const onward = by > 0 ? before.slice(from + 1) : before.slice(0, from).reverse();
  return onward.find((one) => rows.includes(one)) ?? rows[by > 0 ? rows.length - 1 : 0];
}

/** Walks the list: with a conversation open the next one opens, else the focus moves. */
function move(by: number): void {
  const rows = shownRows.value;
  const focused = document.activeElement?.closest<HTMLElement>("[data-row]")?.dataset.row;
  const from = chosenId.value ?? focused ?? "";
  const at = rows.indexOf(from);
  const id = at === -1 ? nextToLeft(from, rows, by) : rows[Math.max(0, Math.min(rows.length - 1, at + by))];
  const view = id === undefined ? undefined : state.value.conversations.get(id);
  if (!view) return;
  if (chosenId.value) go(`/c/${view.number}`, { replace: true });
  requestAnimationFrame(() => {
    const row = document.querySelector<HTMLElement>(`[data-row="${view.id}"]`);
    row?.scrollIntoView({ block: "nearest" });
    if (!chosenId.value) row?.focus({ preventScroll: true });
  });
}

function leave(): void {
  const { screen } = route.value;
  if (screen !== "list" && screen !== "link") go(listAddress(listPlace.value));
}

function findField(): void {
  document.querySelector<HTMLElement>("[data-act=search]")?.focus();
}

/** A reply that has not gone yet is the most urgent; else what a message on the screen offers to take back. */
function undoNewest(): boolean {
  return undoNewestHeld() || undoLast();
}

const ACTS: Readonly<Record<string, () => void>> = {
  j: () => move(1),
  k: () => move(-1),
  r: () => press("reply"),
  n: () => press("note"),
  e: () => press("close"),
  a: () => press("assign"),
  t: () => press("tag"),
  z: () => press("snooze"),
  p: () => press("priority"),
  i: () => press("side"),
  q: quoteHere,
  b: toggleNotices,
  w: () => chosenId.value && toggleWatching(chosenId.value),
  u: undoNewest,
  "/": findField,
  "?": () => (shortcutsOpen.value = true),
  Escape: leave,
};

function quoteHere(): void {
  const view = chosenId.value === null ? undefined : state.value.conversations.get(chosenId.value);
  if (view) quoteOne(view);
}

/** With Ctrl or ⌘. In a field they are the field's own, but for the palette. */
function chorded(event: KeyboardEvent): void {
  if (event.altKey || event.shiftKey) return;
  const letter = shortcutOf(event);
  if (letter === "k") {
    event.preventDefault();
    if (!document.querySelector("dialog[open]")) paletteOpen.value = true;
  } else if (letter === "z" && !isTyping(event.target) && undoNewest()) event.preventDefault();
}

function keyed(event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  if (event.ctrlKey !== event.metaKey) return chorded(event);
  if (event.ctrlKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape" && !isComposing(event) && event.target instanceof HTMLElement) event.target.blur();
    return;
  }
  // Outside of fields nothing is composed, even where the input method takes the key for itself.
  const meant = shortcutOf(event);
  if (event.isComposing || (event.shiftKey && /^[a-z]$/.test(meant))) return;
  const along = meant === "ArrowDown" ? 1 : meant === "ArrowUp" ? -1 : 0;
  if (event.shiftKey && along !== 0) {
    if (walkMessages(along)) event.preventDefault();
    return;
  }
  const act = ACTS[meant];
  if (!act) return;
  event.preventDefault();
  act();
}

export function listenToKeys(): void {
  addEventListener("keydown", keyed);
}

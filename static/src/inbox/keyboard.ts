// Shortcuts, by what a key means on whatever layout is switched on (`shortcutOf`). Never while somebody types or an
// input method composes; only the palette opens from everywhere.

import { effect } from "@preact/signals";
import { isComposing, isTyping, shortcutOf } from "../shared/keys";
import { go, route } from "./router";
import { state } from "./store";
import { Ids } from "./store/ids";
import { markOneUnread, quoteOne, walkMessages } from "./views/conversation/walking";
import { markAsUnread } from "./views/conversation/unread";
import { chosenId, listAddress, listPlace } from "./views/shell/chosen";
import { choosing, selected, selectNone, selectShown, toggle } from "./views/list/selected";
import { shownRows } from "./views/list/shown";
import { press } from "./views/shell/press";
import { toggleNotices } from "./views/notices/bell";
import { toggleWatching } from "./views/notices/watching";
import { paletteOpen } from "./views/shell/palette-open";
import { shortcutsOpen } from "./views/shell/shortcuts-open";
import { undoLast } from "./ui/toasts";
import { undoNewestHeld } from "./views/conversation/held";

/** The open conversation's list as it last stood in it: who closes it goes on from there. */
let stood: { id: string; rows: Ids } | null = null;

effect(() => {
  const id = chosenId.value;
  const rows = shownRows.value;
  if (id !== null && rows.includes(id)) stood = { id, rows };
});

/** The row next to one that has left the list; past the last one the new last. */
function nextToLeft(id: string, rows: Ids, by: number): string | undefined {
  const before = stood?.id === id ? stood.rows : Ids.NONE;
  const from = before.indexOf(id);
  if (from === -1) return rows.at(0);
  const onward = by > 0 ? before.slice(from + 1) : before.slice(0, from).reverse();
  return onward.find((one) => rows.includes(one)) ?? rows.at(by > 0 ? -1 : 0);
}

/** Walks the list: with a conversation open the next one opens, else the focus moves. */
function move(by: number): void {
  const rows = shownRows.value;
  const from = chosenId.value ?? focusedRow() ?? "";
  const at = rows.indexOf(from);
  const id = at === -1 ? nextToLeft(from, rows, by) : rows.at(Math.max(0, Math.min(rows.length - 1, at + by)));
  const view = id === undefined ? undefined : state.value.conversations.get(id);
  if (!view) return;
  if (chosenId.value) go(`/c/${view.number}`, { replace: true });
  const show = () => {
    const row = document.querySelector<HTMLElement>(`[data-row="${view.id}"]`);
    row?.scrollIntoView({ block: "nearest" });
    if (!chosenId.value) row?.focus({ preventScroll: true });
    return row !== null;
  };
  // At once where it is drawn: the next key is already meant for it.
  if (chosenId.value || !show()) requestAnimationFrame(show);
}

/** The row in which the focus is, on its link or its box. */
function focusedRow(): string | undefined {
  return document.activeElement?.closest(".row-place")?.querySelector<HTMLElement>("[data-row]")?.dataset.row;
}

/** The row that has the focus, or whose conversation is open. */
function rowMeant(): string | undefined {
  const id = focusedRow() ?? chosenId.value ?? undefined;
  return id !== undefined && shownRows.value.includes(id) ? id : undefined;
}

function choose(): void {
  const id = rowMeant();
  if (id !== undefined) toggle(id);
}

/** What is chosen in the list is meant before the conversation that is open. */
function pressAll(act: string): void {
  if (selected.value.length === 0) press(act);
  // Its bar is drawn beside the shell, and may be on its way when the key is pressed.
  else if (!press(`bulk-${act}`)) void import("./views/beside").then(() => requestAnimationFrame(() => press(`bulk-${act}`)));
}

function leave(): void {
  if (choosing.value || selected.value.length > 0) return selectNone();
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
  e: () => pressAll("close"),
  a: () => pressAll("assign"),
  t: () => pressAll("tag"),
  z: () => pressAll("snooze"),
  p: () => pressAll("priority"),
  x: choose,
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

/** The chosen ones; else the conversation that is open or has the focus in the list. */
function markUnreadHere(): void {
  const { conversations } = state.value;
  const chosen = selected.value.length > 0;
  const ids = chosen ? selected.value : [chosenId.value ?? focusedRow() ?? ""];
  const views = ids.flatMap((id) => conversations.get(id) ?? []);
  const [view] = views;
  if (chosen) markAsUnread(views);
  else if (view) markOneUnread(view);
}

const SHIFTED: Readonly<Record<string, () => void>> = { u: markUnreadHere };

function isInList(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest(".row-place") !== null;
}

/** With Ctrl or ⌘. In a field they are the field's own, but for the palette. */
function chorded(event: KeyboardEvent): void {
  if (event.altKey || event.shiftKey) return;
  const letter = shortcutOf(event);
  if (letter === "k") {
    event.preventDefault();
    if (!document.querySelector("dialog[open]")) paletteOpen.value = true;
  } else if (letter === "a" && !isTyping(event.target) && (selected.value.length > 0 || isInList(event.target))) {
    event.preventDefault();
    selectShown();
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
  if (event.isComposing) return;
  const along = meant === "ArrowDown" ? 1 : meant === "ArrowUp" ? -1 : 0;
  if (event.shiftKey && along !== 0) {
    if (walkMessages(along)) event.preventDefault();
    return;
  }
  const act = event.shiftKey && /^[a-z]$/.test(meant) ? SHIFTED[meant] : ACTS[meant];
  if (!act) return;
  event.preventDefault();
  act();
}

export function listenToKeys(): void {
  addEventListener("keydown", keyed);
}

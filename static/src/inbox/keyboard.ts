// Shortcuts, by the key's place on the keyboard (`code`), so that they work with the Korean layout switched on.
// Never while somebody types or an input method composes.

import { effect } from "@preact/signals";
import { isComposing } from "../shared/keys";
import { go, route } from "./router";
import { state } from "./store";
import { chosenId, listAddress, listPlace } from "./views/shell/chosen";
import { shownRows } from "./views/list/list";
import { shortcutsOpen } from "./views/shell/shortcuts";

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
}

function press(act: string): void {
  const button = document.querySelector<HTMLElement>(`[data-act="${act}"]:not(:disabled)`);
  // What it opens closes to it again, by Escape or by a choice.
  if (button?.hasAttribute("aria-haspopup")) button.focus();
  button?.click();
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
  if (screen === "conversation" || screen === "search" || screen === "settings") go(listAddress(listPlace.value));
}

const ACTS: Readonly<Record<string, () => void>> = {
  KeyJ: () => move(1),
  KeyK: () => move(-1),
  KeyR: () => press("reply"),
  KeyN: () => press("note"),
  KeyE: () => press("close"),
  KeyA: () => press("assign"),
  KeyT: () => press("tag"),
  KeyZ: () => press("snooze"),
  Escape: leave,
};

function keyed(event: KeyboardEvent): void {
  if (isComposing(event) || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  if (isTyping(event.target)) {
    if (event.key === "Escape" && event.target instanceof HTMLElement) event.target.blur();
    return;
  }
  if (event.code === "Slash") {
    event.preventDefault();
    if (event.shiftKey) shortcutsOpen.value = true;
    else document.querySelector<HTMLElement>("[data-act=search]")?.focus();
    return;
  }
  if (event.shiftKey) return;
  const act = ACTS[event.code];
  if (!act) return;
  event.preventDefault();
  act();
}

export function listenToKeys(): void {
  addEventListener("keydown", keyed);
}

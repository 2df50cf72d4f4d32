// What is never stored: typing, looking, being here. Said again by repetition, forgotten by itself.

import { type FromAgent, ROWS } from "../../wire";
import { newId } from "../../shared/ids";
import { dispatch, state } from "../store";
import type { Mode } from "../store/state";

const ROWS_SETTLE = 400; // ms in which a scroll is one saying of what is shown
const ROWS_APART = 3000; // ms at least between two of them: a busy list moves all the time
const ACTIVE_FOR = 120_000; // ms after the last key or pointer that a person counts as active

let speak: (frame: FromAgent) => boolean = () => false;
let looking: string | null = null;
let typingIn: { conversation: string; mode: Mode } | null = null;
let typingSaid = 0;
let lastActive = Date.now();
let rows: readonly string[] = [];
let rowsSaid: string | null = null;
let rowsSaidAt = 0;
let rowsTimer: ReturnType<typeof setTimeout> | undefined;
let hereTimer: ReturnType<typeof setInterval> | undefined;

export function useSocketForSignals(send: (frame: FromAgent) => boolean): void {
  speak = send;
  for (const kind of ["keydown", "pointerdown", "pointermove", "wheel"]) {
    addEventListener(kind, () => (lastActive = Date.now()), { passive: true, capture: true });
  }
  document.addEventListener("visibilitychange", sayHere);
}

function sayHere(): void {
  speak({
    kind: "here",
    visible: document.visibilityState === "visible",
    active: Date.now() - lastActive < ACTIVE_FOR,
  });
}

/** After hello: presence starts over on every connection. */
export function greet(): void {
  sayHere();
  speak({ kind: "look", conversation: looking });
  clearInterval(hereTimer);
  hereTimer = setInterval(sayHere, state.value.limits.presence_ping);
  rowsSaid = null;
  showRows(rows);
}

/** The rows on the screen: of these it is told whose customers are on the site. */
export function showRows(ids: readonly string[]): void {
  rows = ids.slice(0, ROWS);
  if (rowsSaid === [...rows].sort().join()) return;
  rowsTimer ??= setTimeout(sayRows, Math.max(ROWS_SETTLE, rowsSaidAt + ROWS_APART - Date.now()));
}

function sayRows(): void {
  rowsTimer = undefined;
  const said = [...rows].sort().join();
  if (said === rowsSaid || !speak({ kind: "command", id: newId(), name: "show_rows", args: { conversations: rows } })) return;
  [rowsSaid, rowsSaidAt] = [said, Date.now()];
  dispatch({ kind: "rows.shown", ids: rows });
}

export function look(conversation: string | null): void {
  if (looking === conversation) return;
  stopTyping();
  looking = conversation;
  speak({ kind: "look", conversation });
}

/** Called on every change of the composer; goes out every `typing_repeat`, not oftener. */
export function typing(conversation: string, mode: Mode): void {
  const now = Date.now();
  const same = typingIn?.conversation === conversation && typingIn.mode === mode;
  if (same && now - typingSaid < state.value.limits.typing_repeat) return;
  if (!same) stopTyping();
  typingIn = { conversation, mode };
  typingSaid = now;
  speak({ kind: "typing", conversation, mode, active: true });
}

export function stopTyping(): void {
  if (typingIn) speak({ kind: "typing", ...typingIn, active: false });
  typingIn = null;
}

// How far an agent has truly seen a conversation: what stood on the screen of a visible page for a moment. The read mark
// and the stop before a stale reply both come from here.

import { markRead } from "../../commands";
import { state } from "../../store";

/** What flashes by as Enter is pressed has not been read. */
const SETTLES = 600; // ms

const seen = new Map<string, number>();
let beginning = 0;

/** Positions mean something within one beginning only: after a restore the log counts on from an earlier day. */
function seenSince(): Map<string, number> {
  const { generation } = state.peek();
  if (generation !== beginning) seen.clear();
  beginning = generation;
  return seen;
}

/** The position up to which the agent has read the conversation: on this page, or before and elsewhere. */
export function seenIn(conversation: string): number {
  return Math.max(seenSince().get(conversation) ?? 0, state.peek().read.get(conversation) ?? 0);
}

function newestPosition(conversation: string): number {
  const rows = state.peek().threads.get(conversation)?.rows ?? [];
  let newest = 0;
  for (const { message } of rows) newest = Math.max(newest, message.position);
  return newest;
}

let timer: ReturnType<typeof setTimeout> | undefined;

/** The end of the conversation is on the screen. Called again by every change; counts when it stays so. */
export function endIsShown(conversation: string): void {
  if (document.visibilityState !== "visible") return;
  const position = newestPosition(conversation);
  if (position <= (seenSince().get(conversation) ?? 0)) return;
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (document.visibilityState !== "visible") return;
    seenSince().set(conversation, position);
    markRead(conversation, position);
  }, SETTLES);
}

export function endIsHidden(): void {
  clearTimeout(timer);
}

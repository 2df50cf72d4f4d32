// Tells `Looked` what stands on the screen of a visible page, and the server what has been read.

import { markRead } from "../../commands";
import { state } from "../../store";
import { Looked } from "../../store/looked";

const looked = new Looked();

/** The position up to which the agent has seen the conversation on this page, or had read it when it was opened. */
export function seenIn(conversation: string): number {
  return looked.seenIn(state.peek().epoch, conversation, Date.now());
}

function newestPosition(conversation: string): number {
  const rows = state.peek().threads.get(conversation)?.rows ?? [];
  let newest = 0;
  for (const { message } of rows) newest = Math.max(newest, message.position);
  return newest;
}

export function isOpened(conversation: string, read: number): void {
  looked.opened(state.peek().epoch, conversation, read);
}

let timer: ReturnType<typeof setTimeout> | undefined;

/** The end of the conversation is on the screen. Called again by every change. */
export function endIsShown(conversation: string): void {
  if (document.visibilityState !== "visible") return endIsHidden();
  looked.shown(state.peek().epoch, conversation, newestPosition(conversation), Date.now());
  markWhenSeen(conversation);
}

function markWhenSeen(conversation: string): void {
  clearTimeout(timer);
  const wait = looked.wait(Date.now());
  if (wait === null) return;
  timer = setTimeout(() => {
    if (document.visibilityState !== "visible") return endIsHidden();
    markRead(conversation, seenIn(conversation));
    markWhenSeen(conversation);
  }, wait);
}

export function endIsHidden(): void {
  clearTimeout(timer);
  looked.hidden(Date.now());
}

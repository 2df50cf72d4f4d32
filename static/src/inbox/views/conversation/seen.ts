// Tells `Looked` what stands on the screen of a visible page, and the server what has been read.

import { markRead } from "../../commands";
import { sayNow } from "../../commands/latest";
import { state } from "../../store";
import { Looked } from "../../store/looked";
import { newestIn } from "../../store/threads";

const looked = new Looked();

/** The position up to which the agent has seen the conversation on this page, or had read it when it was opened. */
export function seenIn(conversation: string): number {
  return looked.seenIn(state.peek().epoch, conversation, Date.now());
}

export function isOpened(conversation: string, read: number): void {
  const { epoch, threads } = state.peek();
  looked.opened(epoch, conversation, read, newestIn(threads.get(conversation)));
}

/** The position of the newest that stood there when the conversation was opened on this page. */
export function stoodIn(conversation: string): number {
  return looked.stoodIn(state.peek().epoch, conversation);
}

/** It is closed by whoever looks at it: what stood there has been seen, however short a time that was. */
export function seenAtOnce(conversation: string): void {
  const stood = Math.max(stoodIn(conversation), seenIn(conversation));
  if (stood === 0) return;
  markRead(conversation, stood);
  sayNow();
}

let timer: ReturnType<typeof setTimeout> | undefined;

/** The end of the conversation is on the screen. Called again by every change. */
export function endIsShown(conversation: string): void {
  if (document.visibilityState !== "visible") return endIsHidden();
  const { epoch, threads } = state.peek();
  looked.shown(epoch, conversation, newestIn(threads.get(conversation)), Date.now());
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

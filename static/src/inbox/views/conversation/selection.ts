// What is chosen in an open conversation: messages to split off, the message a reply refers to.

import { signal } from "@preact/signals";
import type { MessageView } from "../../../wire";

/** The conversation in which messages are being chosen. */
export const selecting = signal<string | null>(null);
export const chosenMessages = signal<ReadonlySet<string>>(new Set());
export const replyingTo = signal<{ conversation: string; message: MessageView } | null>(null);

export function isChosen(message: string): boolean {
  return chosenMessages.value.has(message);
}

export function toggleChosen(message: string): void {
  const next = new Set(chosenMessages.value);
  if (!next.delete(message)) next.add(message);
  chosenMessages.value = next;
}

export function chooseToSplit(conversation: string, message?: string): void {
  selecting.value = conversation;
  chosenMessages.value = new Set(message === undefined ? [] : [message]);
}

export function stopChoosing(): void {
  selecting.value = null;
  chosenMessages.value = new Set();
}

// Replies held for undo: for how long, and what their author may do with them meanwhile.

import type { MessageView } from "../../wire";
import { state } from "../store";
import { act } from "./outbox";

/** Seconds an agent may choose from. */
export const HOLDS = [0, 5, 10, 20, 30] as const;
const USUAL = 5; // seconds

/** For how many seconds this agent's replies may be taken back. */
export function undoSeconds(): number {
  const chosen = state.value.preferences.undo_send;
  return typeof chosen === "number" ? Math.min(Math.max(chosen, 0), Math.max(...HOLDS)) : USUAL;
}

export const undoSend = (message: string) => act("undo_send", { message });
export const sendLater = (message: string, at: number) => act("send_later", { message, at });
export const sendNow = (message: string) => act("send_now", { message });

/** This agent's newest reply that can still be taken back: one that waits for its time was not sent a moment ago. */
export function newestHeld(): { conversation: string; message: MessageView } | null {
  let newest: { conversation: string; message: MessageView } | null = null;
  for (const [conversation, thread] of state.value.threads) {
    for (const { message } of thread.rows) {
      if (!message.held || message.held.chosen || message.author.id !== state.value.me?.id) continue;
      if (!newest || message.position > newest.message.position) newest = { conversation, message };
    }
  }
  return newest;
}

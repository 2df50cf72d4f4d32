// Made from the wires in Python by `make types`; change those, not this file.

import type { OnConversation } from "./conversations";

/** Nothing to tell: what is the agent's own has no place in the log. */
export interface Kept {
}

export interface MarkRead extends OnConversation {
  position: number;
}

export interface MarkUnread extends OnConversation {
  /** What is above it is unread again. */
  position: number;
}

export interface OnDraft extends OnConversation {
  mode: "public" | "note";
}

export interface SaveDraft extends OnDraft {
  text: string;
}

export interface SetAvailability {
  availability: "online" | "away" | "busy";
}

export interface UndoSend {
  /** Seconds in which the agent's own browser lets a reply be taken back; 0: never. Without one: 5. */
  undo_send: number;
}

export interface AssignOnReply {
  /**
   * Does the agent have a conversation of nobody's from the first answer on? Without one: `[inbox]` in the
   * configuration.
   */
  assign_on_reply: boolean;
}

/**
 * The preference `signature`: below the agent's mails, in the language of the customer; one left out borrows the
 * other.
 */
export interface Signature {
  en?: string;
  ko?: string;
}

export interface SetPreferences {
  /** Key -> value; None forgets. */
  values: Record<string, unknown>;
}

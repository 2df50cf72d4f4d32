// Made from the wires in Python by `make types`; change those, not this file.

import type { AlongView } from "./agent";
import type { ContactView, ConversationView, LineView, MessageView } from "./types";

export interface ConversationsPage {
  conversations: ConversationView[];
  /** Pass as `?before=` for the next page; None: that was the end. */
  before: string | null;
  /** The place in the log that this answer shows: events after it come on top. */
  position: number;
  /** The caller's own read marks, by conversation. */
  read: Record<string, number>;
}

export interface ConversationPage {
  conversation: ConversationView;
  contact: ContactView;
  position: number;
  read: number;
  /** The caller's own, by mode. */
  drafts: Record<string, string>;
  /** What goes with them. */
  along: Record<string, AlongView | null>;
  watching: boolean;
}

export interface MessagesPage {
  /** Oldest first. */
  messages: MessageView[];
  /** On the page with the newest: replies held for undo, which are no messages yet. */
  held: MessageView[];
  /** What was done to the conversation in the same stretch of time. */
  lines: LineView[];
  before: string | null;
  after: string | null;
  position: number;
}

export interface ContactsPage {
  contacts: ContactView[];
  before: string | null;
  position: number;
}

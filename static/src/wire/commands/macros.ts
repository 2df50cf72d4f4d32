// Made from the wires in Python by `make types`; change those, not this file.

import type { OnConversation } from "./conversations";
import type { ActsView } from "../house";

/** What is left out or null stays as it is. */
export interface ActsSent {
  tags_add?: string[];
  tags_remove?: string[];
  /** An agent's id, `me` or `none`. */
  assignee?: string | null;
  /** A team's id or `none`. */
  team?: string | null;
  status?: string | null;
  /** ms from then on, with status `snoozed`. */
  snooze_for?: number | null;
  priority?: number | null;
}

export interface ApplyMacro extends OnConversation {
  macro: string;
  /** What the agent has made of it; None: the macro's own text. */
  text?: string | null;
}

export interface RunMacro extends OnConversation {
  macro: string;
  /** What the agent has left of what it does; None: all of it. */
  actions?: ActsSent | null;
}

export interface Act extends OnConversation {
  actions: ActsSent;
}

/** A text as it would read there; nothing is kept and nobody is told. */
export interface MacroTried {
  text: string;
  /** Places without a value; they still stand in the text, and would stop the send. */
  missing: string[];
}

export interface Rendered extends MacroTried {
  actions: ActsView;
}

// Made from the wires in Python by `make types`; change those, not this file.

import type { ActsSent } from "../commands/macros";
import type { Done } from "../commands/table";
import type { ConversationView } from "../types";

export interface ListQuery {
  status?: "open" | "snoozed" | "closed" | "spam" | null;
  /** An agent's id, `me` or `none`. */
  assignee?: string | null;
  /** A team's id or `none`. */
  team?: string | null;
  /** One, or several with commas between them: all of them. */
  tag?: string | null;
  q?: string;
  /**
   * `waiting`: who waits longest first, then the others. With this, the next three or several tags `q` does not
   * count, and the status is `open` unless it is said.
   */
  sort?: "activity" | "waiting" | null;
  account?: string | null;
  unread?: boolean;
  /** ms for which the customer has waited at least. */
  waiting_over?: number | null;
  /**
   * The caller's own lists: where the caller was named, the newest first; what the caller watches. With them only
   * `status` counts.
   */
  view?: string | null;
  before?: string | null;
  limit?: number | null;
}

export interface HistoryQuery {
  before?: string | null;
  after?: string | null;
  /** A message of this conversation: as many before it as after it. */
  around?: string | null;
  limit?: number | null;
}

export interface WriteMessage {
  text?: string;
  visibility: "public" | "note";
  leg?: string | null;
  attachments?: string[];
  client_id: string;
  seen?: number | null;
  anyway?: boolean;
  /** With visibility `public`: ms in which it may be taken back (`POST /messages/{id}/undo`) before it is sent. */
  hold?: number;
  reply_to?: string | null;
  macro?: string | null;
  /** What is done with it; None: what the macro does. */
  actions?: ActsSent | null;
  /** With visibility `note`. */
  mentions?: string[];
}

/** What is left out stays. `assignee` and `team` may be null: nobody's, everybody's. */
export interface ChangeConversation {
  status?: "open" | "snoozed" | "closed" | "spam" | null;
  /** With status `snoozed`. */
  snoozed_until?: number | null;
  assignee?: string | null;
  team?: string | null;
  leg?: string | null;
  /** Exactly these from now on. */
  tags?: string[] | null;
  subject?: string | null;
  priority?: number | null;
  attributes?: Record<string, unknown> | null;
}

export interface ConversationAnswer extends Done {
  conversation: ConversationView;
}

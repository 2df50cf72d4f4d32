// Made from the wires in Python by `make types`; change those, not this file.

import type { Done } from "../commands/table";
import type { Composed, OfNote, OfReply } from "../commands/writing";
import type { ConversationView } from "../types";

export interface PageQuery {
  /** As the page before this one said it; left out: the first. */
  before?: string | null;
  limit?: number | null;
}

export interface ListQuery extends PageQuery {
  status?: "open" | "snoozed" | "closed" | "spam" | "any" | null;
  /** An agent's id, `me` or `none`. */
  assignee?: string | null;
  /** A team's id or `none`. */
  team?: string | null;
  /** One, or several with commas between them: all of them. */
  tag?: string | null;
  q?: string;
  /**
   * `waiting`: who waits longest first, then the others; `wakes`, only with status `snoozed`: what wakes first. With
   * this, the next four or several tags `q` does not count, and the status is `open` unless it is said.
   */
  sort?: "activity" | "waiting" | "wakes" | null;
  account?: string | null;
  unread?: boolean;
  /** ms for which the customer has waited at least. */
  waiting_over?: number | null;
  priority?: number | null;
  /**
   * The caller's own lists: where the caller was named, the newest first; what the caller watches; and for
   * everybody the running ones whose newest public message of ours `failed`, or nobody knows. With them only `status`
   * counts.
   */
  view?: string | null;
}

export interface HistoryQuery extends PageQuery {
  after?: string | null;
  /** A message of this conversation: as many before it as after it. */
  around?: string | null;
}

/** A reply's own fields count with visibility `public`, a note's own with `note`. */
export interface WriteMessage extends Composed, OfReply, OfNote {
  visibility: "public" | "note";
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

export interface OfLeg {
  leg?: string | null;
}

export interface ChosenWay {
  account: string;
  identity: string;
}

export interface ConversationAnswer extends Done {
  conversation: ConversationView;
}

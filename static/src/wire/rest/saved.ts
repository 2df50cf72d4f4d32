// Made from the wires in Python by `make types`; change those, not this file.

import type { SavedView } from "../house";
import type { ChangeShared, MakeShared } from "../sharing";

/** What is left out does not count. */
export interface FilterSent {
  status?: "open" | "snoozed" | "closed" | "spam" | "any";
  /** A team's id or `none`. */
  team?: string | null;
  /** An agent's id, `me` (whoever reads it) or `none`. */
  assignee?: string | null;
  /** All of them. */
  tags?: string[];
  account?: string | null;
  unread?: boolean;
  /** ms for which the customer has waited at least. */
  waiting_over?: number | null;
  priority?: number | null;
}

export interface MakeView extends MakeShared {
  filter: FilterSent;
  sort?: "activity" | "waiting";
}

export interface ChangeView extends ChangeShared {
  /** All of it anew. */
  filter?: FilterSent | null;
  sort?: "activity" | "waiting" | null;
}

export interface ViewsQuery {
  /** Those that are no longer in use, too. */
  retired?: boolean;
}

export interface ViewsList {
  views: SavedView[];
  position: number;
}

export interface ViewAnswer {
  view: SavedView;
}

export interface ViewCounts {
  /** By view; 100 means more than 99. */
  counts: Record<string, number>;
  position: number;
}

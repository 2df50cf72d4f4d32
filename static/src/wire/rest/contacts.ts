// Made from the wires in Python by `make types`; change those, not this file.

import type { Done } from "../commands/table";
import type { MergeView } from "../merges";
import type { PageQuery } from "./conversations";
import type { ContactView } from "../types";

export interface ContactsQuery extends PageQuery {
  q?: string;
  /** Those whose messages no longer reach the team. */
  blocked?: "only" | null;
}

export interface MergeInto {
  into: string;
}

export interface ContactAnswer {
  contact: ContactView;
}

export interface ContactChanged extends Done {
  contact: ContactView;
}

export interface MergesList {
  merges: MergeView[];
}

// Made from the wires in Python by `make types`; change those, not this file.

import type { ActorView } from "./types";

/** One of the two that were joined or parted. */
export interface MergeSide {
  id: string;
  /** A conversation's, where the caller may see it. */
  number: number | null;
  /** The contact's; empty where nobody has said one or the caller may not see it. */
  name: string;
}

export interface MergeView {
  id: string;
  kind: "conversation.merge" | "conversation.split" | "contact.merge" | "contact.split";
  source: MergeSide;
  into: MergeSide;
  actor: ActorView;
  at: number;
  undone_at: number | null;
}

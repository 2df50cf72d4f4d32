// Made from the wires in Python by `make types`; change those, not this file.

import type { OnContact } from "./contacts";
import type { OnConversation } from "./conversations";
import type { Done } from "./table";
import type { Running } from "../likeness";

export interface Merge extends OnConversation {
  into: string;
}

export interface Split extends OnConversation {
  messages: string[];
}

export interface UndoMerge {
  merge: string;
}

export interface MergeContacts extends OnContact {
  into: string;
}

export interface SplitContact extends OnContact {
  identities: string[];
}

export interface Merged extends Done {
  /** By which it is undone. */
  merge: string;
}

export interface ContactsMerged extends Merged {
  /**
   * Conversations that run with the one person now, the newest first: of several, the others may be joined with the
   * one that is looked at (`merge`).
   */
  running: Running[];
}

export interface SplitOff extends Merged {
  /** The new one. */
  conversation: string;
}

export interface ContactSplit extends Merged {
  /** The new one. */
  contact: string;
}

// Made from the wires in Python by `make types`; change those, not this file.

import type { OnContact } from "./contacts";
import type { OnConversation } from "./conversations";
import type { Done } from "./table";

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

export interface SplitOff extends Merged {
  /** The new one. */
  conversation: string;
}

export interface ContactSplit extends Merged {
  /** The new one. */
  contact: string;
}

// Made from the wires in Python by `make types`; change those, not this file.

import type { OnConversation } from "./conversations";
import type { Done } from "./table";

export interface SendCode extends OnConversation {
  account: string;
  /** The number, as it is known or as an agent has typed it. */
  address: string;
}

export interface ConfirmCode {
  proof: string;
  code: string;
}

export interface CodeSent extends Done {
  /** Of which the code is told. */
  proof: string;
  /** As it is written to. */
  address: string;
}

export interface Confirmed extends Done {
  /** The code was wrong, and so many may still be tried; null: it was right. */
  left: number | null;
  /** The number is the conversation's contact's from now on. */
  proven: boolean;
  /** The number was nobody's yet: by this it is taken back. */
  merge: string | null;
  /**
   * The number is this contact's, who may be merged with the conversation's; null also where the caller may not know
   * her.
   */
  other: string | null;
}

// Made from the wires in Python by `make types`; change those, not this file.

import type { WordsView } from "./house";
import type { CorrespondentView } from "./types";

export interface Recipient {
  address: string;
  /** Kept for an address that nobody has so far, or that has no name. */
  name?: string;
}

/** With a message that may go to several. */
export interface InCopy {
  /** None: those who stood beside whoever it goes to in the newest message that she has. */
  cc?: Recipient[] | null;
  /** Nobody else is told of them. */
  bcc?: Recipient[];
}

export interface ToSeveral extends InCopy {
  /** None: the person of the leg. Without her it is on a leg of its own, she does not see it and waits on. */
  to?: Recipient[] | null;
  /** For this very message; None or empty: the conversation's, as an answer. */
  subject?: string | null;
  /** Does what it answers stand below it? None: where an agent answers her words. */
  quote?: boolean | null;
}

export interface LeftOutView {
  address: string;
  name: string;
  /**
   * She wants no more of these; no such message reaches her; she was one of too many in a stranger's mail, and is
   * nobody of ours; she takes part, and has never been shown to whom this goes.
   */
  why: "opted_out" | "unreached" | "many" | "aside";
}

/** Whom an answer goes to unless it says otherwise. */
export interface RecipientsView {
  account: string;
  leg: string;
  to: CorrespondentView[];
  cc: CorrespondentView[];
  /** Who stood beside her, or takes part, and has no copy unless somebody says so. */
  left_out: LeftOutView[];
  /** The conversation's; empty: it has none. */
  subject: string;
  /** Would what it answers stand below it? */
  quote: boolean;
  /** What stands below the caller's words, in either language; empty: nothing. */
  signature: WordsView;
  /** The reader's; None: the mail speaks the language of its words. */
  language: string | null;
}

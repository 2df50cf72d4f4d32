// Made from the wires in Python by `make types`; change those, not this file.

import type { MergeView } from "./merges";
import type { ContactView } from "./types";

/** A contact as it is compared with another. */
export interface Standing {
  contact: ContactView;
  /** Conversations that wait for somebody, of those the caller may see. */
  open: number;
  /** All of them. */
  conversations: number;
  /** Its name; empty for none. */
  organisation: string;
}

export interface Likely extends Standing {
  /**
   * `proof`: one brought back what was shown or sent to the other; `address`: the same mail address; `phone`: the
   * same number; `claims`: this contact has left an address of the other's without proof, `claimed`: the other one of
   * this contact's; `name`: called alike; `mail_name`: mail addresses that begin alike.
   */
  why: ("proof" | "address" | "phone" | "claims" | "claimed" | "name" | "mail_name")[];
}

export interface Running {
  conversation: string;
  number: number;
}

export interface LikelyList {
  likely: Likely[];
  /** Something was merged into or split off this contact that can still be taken back. */
  joined: boolean;
  /**
   * The contact's conversations that run, as far as the caller sees them, the newest first: the others may be joined
   * with the one that is looked at.
   */
  running: Running[];
}

export interface StandingAnswer extends Standing {
  /** What was merged into or split off this contact, the newest first. */
  merges: MergeView[];
}

// Made from the wires in Python by `make types`; change those, not this file.

import type { IdentityView } from "./types";

export interface WayView {
  account: string;
  identity: IdentityView;
  /** The conversation's leg by it; null: going it makes one (`open_way`). */
  leg: string | null;
  current: boolean;
  /** UTC ms until which anything may be written; null: as long as one likes, or not at all (`problem`). */
  until: number | null;
  /** Why nothing may be written there just now: a key of the catalogue. */
  problem: string | null;
  /**
   * With a problem: what would make it possible. `account`: an admin mends or resumes it. `asks`: she says there that
   * she wants messages again. `code`: a one-time code proves that the address is hers. `writes`: she writes from there
   * first. `template`: one of those may go now.
   */
  remedy: "account" | "asks" | "code" | "writes" | "template" | null;
  /** May a template be sent there now? */
  template: boolean;
}

export interface WaysList {
  ways: WayView[];
}

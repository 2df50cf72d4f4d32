// Made from the wires in Python by `make types`; change those, not this file.

import type { WordsView } from "../house";

/** For accounts whose customers come to our own page or frame. */
export interface EmbedView {
  /** The hosted page's whole address. */
  page: string;
  /** The tag for the business's own pages. */
  script: string;
  /** The pages that may show it. */
  origins: string[];
  /** What it says while nobody answers, in its own words; empty: in the house's. */
  away: WordsView;
}

/** Of accounts that go and get. */
export interface IntakeView {
  /** How many still lie there to be taken in. */
  waiting: number;
}

/** One of the ways by which an account stands with servers of others. */
export interface RoadView {
  /** What it goes and gets; what is brought to its own door; what it sends. */
  way: "in" | "door" | "out";
  /** `scheme://host:port`; never who signs in. */
  at: string;
  /** What it follows there. */
  folders: string[];
  /** What stands in the way, as in the directory. */
  problem: "auth_failed" | "away" | "deaf" | null;
  /** In a word: `away.WHY` of the catalogues says it to people. */
  why: string;
  /** In the words of the program. */
  detail: string;
  /** Since when, UTC ms. */
  since: number | null;
  /** When it was last seen to work, UTC ms; told every few minutes. */
  well_at: number | null;
  /** When something last went out there, UTC ms. */
  carried_at: number | null;
}

export interface AccountSetup {
  id: string;
  /** When a customer last wrote there, UTC ms. */
  heard_at: number | null;
  /** The name of the team whose queue new conversations enter; empty: everybody's. */
  team: string;
  embed: EmbedView | null;
  /** The address that its provider has to call, to be entered there; null: nobody calls. */
  webhook: string | null;
  /** How far it has come with what it goes and gets; null: it was not begun, or it gets nothing. */
  intake: IntakeView | null;
  /** Empty where it depends on no server that we know of. */
  roads: RoadView[];
}

export interface ChannelExample {
  type: string;
  /** A section for config.toml, to be changed and kept; explained in either language. */
  section: WordsView;
}

export interface AccountsSetup {
  accounts: AccountSetup[];
  examples: ChannelExample[];
}

export interface OfAccount {
  account: string;
}

export interface SignatureAnswer {
  /** What stands below the caller's words in a mail of that account, in either language; empty: nothing. */
  signature: WordsView;
}

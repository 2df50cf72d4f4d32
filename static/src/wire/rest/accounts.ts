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
  /** Why nothing comes, as in the directory. */
  problem: "auth_failed" | "away" | null;
  /** In the words of the program. */
  detail: string;
  /** UTC ms. */
  since: number | null;
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

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
}

export interface AccountSetup {
  id: string;
  /** When a customer last wrote there, UTC ms. */
  heard_at: number | null;
  /** The name of the team whose queue new conversations enter; empty: everybody's. */
  team: string;
  embed: EmbedView | null;
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

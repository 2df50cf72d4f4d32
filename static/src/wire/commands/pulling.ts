// Made from the wires in Python by `make types`; change those, not this file.

import type { OnConversation } from "./conversations";
import type { Done } from "./table";

export interface AtPlace {
  place: string;
}

export interface PullOut extends OnConversation, AtPlace {
  channel: string;
}

/** Which, and from where. */
export interface GiveBack extends OnConversation, AtPlace {
}

export interface Pulled extends Done {
  pull: string;
}

export interface LinkCode {
  /** To be said there, once. */
  code: string;
  /** UTC ms. */
  until: number;
}

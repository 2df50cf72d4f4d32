// Made from the wires in Python by `make types`; change those, not this file.

import type { OnConversation } from "./conversations";
import type { Done } from "./table";

export interface OpenWay extends OnConversation {
  account: string;
  /** One of the conversation's customer. */
  identity: string;
}

export interface Opened extends Done {
  /** By which public replies go from now on. */
  leg: string;
}

export interface Invite extends OnConversation {
  /** Where she is to go on. */
  account: string;
}

export interface Invited extends Done {
  /** In her language, with a place for the link: for the field, to be sent as any reply. */
  text: string;
}

// Made from the wires in Python by `make types`; change those, not this file.

import type { OnConversation } from "./conversations";

export interface SendTranscript extends OnConversation {
  /** By which it goes: one that writes mails. */
  account: string;
  /** The customer's own, one that she left in the chat, or that of somebody who takes part. */
  address: string;
  client_id: string;
}

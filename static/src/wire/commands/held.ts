// Made from the wires in Python by `make types`; change those, not this file.

import type { Done } from "./table";
import type { OnMessage } from "./writing";
import type { ActsView } from "../house";
import type { MessageView } from "../types";

/** What the composer needs to go on where it was. */
export interface Undone extends Done {
  /** As it was; its attachments are the agent's uploads again. */
  message: MessageView;
  macro: string | null;
  /** What would have been done with it. */
  actions: ActsView | null;
}

export interface SendLater extends OnMessage {
  /** When it is to go, at most a year ahead; a time that has come already means at once. */
  at: number;
}

// Made from the wires in Python by `make types`; change those, not this file.

import type { Done } from "./table";
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

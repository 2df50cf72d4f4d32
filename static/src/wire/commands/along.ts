// Made from the wires in Python by `make types`; change those, not this file.

import type { ActsSent } from "./macros";
import type { OnDraft } from "./private";
import type { ToSeveral } from "../recipients";

export interface SaveAlong extends OnDraft {
  /** The one it was begun with. */
  macro?: string | null;
  /** What is done once it is sent. */
  acts?: ActsSent;
  /** The acts came with words, and go with them. */
  worded?: boolean;
  /** Which of several people of one name is meant: by the name, the id. */
  named?: Record<string, string>;
  /** Ids of uploads that wait for a message, in order. */
  files?: string[];
  /** To whom it is to go, where its channel takes several; what is left out is as answering all has it. */
  letter?: ToSeveral | null;
}

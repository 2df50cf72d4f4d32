// Made from the wires in Python by `make types`; change those, not this file.

import type { ProblemView } from "../agent";
import type { ActsSent } from "./macros";
import type { Done } from "./table";

export interface Bulk {
  conversations: string[];
  actions: ActsSent;
}

export interface UndoBulk {
  undo: string;
}

/** Of one conversation, in the order they were named. */
export interface Outcome {
  conversation: string;
  changed: boolean;
  /** Why nothing was done to it. */
  problem: ProblemView | null;
}

export interface Bulked extends Done {
  outcomes: Outcome[];
  /** Takes it back, for ten minutes; None: nothing was changed. */
  undo: string | null;
}

export interface UndoOutcome {
  conversation: string;
  restored: string[];
  /** What somebody has changed since: status, assignee, team, priority or tags; `merged`: it is another one now. */
  left: string[];
  problem: ProblemView | null;
}

export interface Unbulked extends Done {
  outcomes: UndoOutcome[];
}

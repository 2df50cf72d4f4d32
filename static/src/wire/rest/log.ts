// Made from the wires in Python by `make types`; change those, not this file.

import type { AgentEvent } from "../types";

export interface EventsQuery {
  /** Left out: only the cursor of this moment is told. */
  after?: string | null;
  /** Milliseconds to wait for something to happen, at most `[limits] events_wait`. */
  wait?: number;
  limit?: number | null;
}

export interface EventsPage {
  /** Pass as `?after=` next time. */
  cursor: string;
  position: number;
  /** What the caller may see of it; may be empty. */
  events: AgentEvent[];
  /** There is more already: ask again at once. */
  more: boolean;
}

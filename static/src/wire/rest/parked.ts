// Made from the wires in Python by `make types`; change those, not this file.

import type { PageQuery } from "./conversations";

export interface ParkedQuery extends PageQuery {
  state?: "waiting" | "discarded";
}

export interface ParkedView {
  id: string;
  account: string;
  /** When it came, UTC ms. */
  at: number;
  method: string;
  url: string;
  /** Bytes of its body. */
  size: number;
  reason: "unreadable" | "refused" | "fault";
  /** What the error said, in the words of the program. */
  detail: string;
  tries: number;
  tried_at: number;
  discarded_at: number | null;
}

export interface ParkedBody extends ParkedView {
  headers: Record<string, string>;
  /** The body as text, or its beginning; what is none is shown by replacement characters. */
  text: string;
  /** Is that all of it? */
  whole: boolean;
}

export interface ParkedPage {
  parked: ParkedView[];
  before: string | null;
  /** How many wait in all. */
  waiting: number;
  /** Days after which what waits is swept. */
  kept: number;
}

export interface ParkedAnswer {
  parked: ParkedBody;
}

export interface ReplayAnswer {
  /** As it is parked still; None: all of it has been taken in. */
  parked: ParkedView | null;
}

export interface ReplayedAll {
  taken: number;
  failed: number;
  /** Not tried for want of time: ask again. */
  left: number;
}

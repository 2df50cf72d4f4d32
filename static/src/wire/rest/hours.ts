// Made from the wires in Python by `make types`; change those, not this file.

import type { HoursView } from "../house";

export interface Holiday {
  date: string;
  name?: string;
}

export interface Override extends Holiday {
  /** None: closed. */
  ranges?: unknown[][];
}

export interface SetHours {
  /** An IANA name, such as Asia/Seoul. */
  zone: string;
  /** A day left out is closed. */
  week: Record<string, unknown[][]>;
  /** Closed, every year said anew. */
  holidays?: Holiday[];
  /** Days on which these ranges count, whatever week and holidays say. */
  overrides?: Override[];
}

export interface HoursList {
  hours: HoursView[];
}

export interface HoursAnswer {
  hours: HoursView;
}

/** How a team with these hours would stand at this moment. */
export interface HoursTried {
  open: boolean;
  /** When that changes, UTC ms; None: not within sight. */
  until: number | null;
}

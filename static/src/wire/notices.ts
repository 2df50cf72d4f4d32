// Made from the wires in Python by `make types`; change those, not this file.

import type { NoticeView } from "./types";

/** Notices of a snapshot; older ones come by REST. */
export const LATEST = 20;

/** The preference `quiet`: when nothing may ring. */
export interface QuietHours {
  zone: string;
  /** Minutes from midnight. */
  start: number;
  /** Not after the start: over midnight. */
  end: number;
  /** On which it begins; 0 is Monday. */
  days?: number[];
}

export interface NoticesPage {
  notices: NoticeView[];
  before: string | null;
  unread: number;
}

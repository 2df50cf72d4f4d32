// Made from the wires in Python by `make types`; change those, not this file.

import type { NoticeView } from "./types";

/** Notices of a snapshot; older ones come by REST. */
export const LATEST = 20;

export interface NoticesPage {
  notices: NoticeView[];
  before: string | null;
  unread: number;
}

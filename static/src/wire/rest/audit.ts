// Made from the wires in Python by `make types`; change those, not this file.

import type { PageQuery } from "./conversations";
import type { Line } from "../types";

export interface AuditFilter {
  /** Who did it. */
  agent?: string | null;
  /** Of docs/log.md; one that never happens finds nothing. */
  kind?: string | null;
  /** Its id or its number. */
  conversation?: string | null;
  /** From this moment on. */
  after?: number | null;
  /** Before this moment. */
  until?: number | null;
}

/** A page of what the filter leaves. */
export interface AuditQuery extends AuditFilter, PageQuery {
}

export interface AuditLine extends Line {
  conversation: string | null;
  /** The conversation's. */
  number: number | null;
  message: string | null;
  contact: string | null;
}

export interface AuditPage {
  lines: AuditLine[];
  before: string | null;
}

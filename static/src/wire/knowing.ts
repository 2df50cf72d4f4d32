// Made from the wires in Python by `make types`; change those, not this file.

import type { ContactNoteView, Line } from "./types";

export interface ContactNotesList {
  /** The newest first; of everybody merged into this contact too. */
  notes: ContactNoteView[];
}

/**
 * `conversation.created`, `.changed` (closed or opened again), `.merged`, `.split`, `merge.undone`,
 * `contact.changed` (a proof, a block, a note), `.merged`, `.split`, `.erased`.
 */
export interface TimelineLine extends Line {
  conversation: string | null;
  number: number | null;
  /** The conversation's subject. */
  title: string | null;
  /** The note that was written or changed, as it reads now; null when it was removed. */
  note: ContactNoteView | null;
  /** The address that was proven. */
  address: string | null;
}

export interface TimelinePage {
  /** The newest first. */
  lines: TimelineLine[];
  before: string | null;
}

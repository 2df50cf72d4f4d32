// Made from the wires in Python by `make types`; change those, not this file.

/** Rows that a tab shows at once. */
export const ROWS = 100;

export interface ShowRows {
  /** All of them, those that stood there before as well. */
  conversations: string[];
}

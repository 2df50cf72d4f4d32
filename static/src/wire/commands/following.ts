// Made from the wires in Python by `make types`; change those, not this file.

/** Some by id, or all that were told up to a position (that of the newest which is shown). */
export interface ReadNotices {
  notices?: string[];
  to?: number | null;
}

// Made from the wires in Python by `make types`; change those, not this file.

/** Nothing to tell but when: the fact itself comes as an event. */
export interface Done {
  /** Who has been told the log up to here, knows what the command made. */
  position: number;
}

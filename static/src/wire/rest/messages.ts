// Made from the wires in Python by `make types`; change those, not this file.

export interface VersionView {
  text: string;
  /** Since when it read so, UTC ms. */
  at: number;
}

export interface VersionsList {
  /** The oldest first; the last is how it reads now. Of an erased message none. */
  versions: VersionView[];
}

export interface SeenView {
  /** Only of what goes over a provider: since when it has it. */
  sent_at?: number;
  /** UTC ms; None: not yet, or before the log begins. */
  delivered_at: number | null;
  read_at: number | null;
}

export interface ChangeMessage {
  text: string;
}

export interface NewTime {
  at: number;
}

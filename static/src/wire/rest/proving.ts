// Made from the wires in Python by `make types`; change those, not this file.

export interface OpenCode {
  /** Of which the code is told (`confirm_code`). */
  proof: string;
  address: string;
  /** So often it may be tried. */
  left: number;
  /** UTC ms. */
  expires_at: number;
}

export interface OpenCodes {
  /** The newest first. */
  codes: OpenCode[];
}

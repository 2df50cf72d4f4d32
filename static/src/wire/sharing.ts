// Made from the wires in Python by `make types`; change those, not this file.

/** What is said of a new one. */
export interface MakeShared {
  name: string;
  scope?: "all" | "teams" | "personal";
  /** With scope `teams`. */
  teams?: string[];
}

/** What is left out stays. */
export interface ChangeShared {
  name?: string | null;
  scope?: "all" | "teams" | "personal" | null;
  teams?: string[] | null;
  retired?: boolean | null;
}

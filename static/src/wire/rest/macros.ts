// Made from the wires in Python by `make types`; change those, not this file.

import type { ActsSent } from "../commands/macros";
import type { MacroView } from "../types";

export interface MacrosQuery {
  /** Words that its name has, or begins of them. */
  q?: string;
  /** Only those that are no longer in use. */
  retired?: boolean;
}

export interface MakeMacro {
  name: string;
  text?: string;
  scope?: "all" | "teams" | "personal";
  /** With scope `teams`. */
  teams?: string[];
  actions?: ActsSent;
}

/** What is left out stays. */
export interface ChangeMacro {
  name?: string | null;
  text?: string | null;
  scope?: "all" | "teams" | "personal" | null;
  teams?: string[] | null;
  /** All of them anew. */
  actions?: ActsSent | null;
  retired?: boolean | null;
}

export interface TryMacro {
  conversation: string;
  text: string;
}

/** A text as it would read there; nothing is kept and nobody is told. */
export interface MacroTried {
  text: string;
  /** Places without a value; they still stand in the text, and would stop the send. */
  missing: string[];
}

export interface MacrosList {
  macros: MacroView[];
  position: number;
}

export interface MacroAnswer {
  macro: MacroView;
}

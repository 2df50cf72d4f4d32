// Made from the wires in Python by `make types`; change those, not this file.

import type { ActsSent } from "../commands/macros";
import type { MacroView } from "../house";
import type { ChangeShared, MakeShared } from "../sharing";

export interface MacrosQuery {
  /** Words that its name has, or begins of them. */
  q?: string;
  /** Only those that are no longer in use. */
  retired?: boolean;
}

export interface MakeMacro extends MakeShared {
  text?: string;
  actions?: ActsSent;
}

export interface ChangeMacro extends ChangeShared {
  text?: string | null;
  /** All of them anew. */
  actions?: ActsSent | null;
}

export interface TryMacro {
  conversation: string;
  text: string;
}

export interface MacrosList {
  macros: MacroView[];
  position: number;
}

export interface MacroAnswer {
  macro: MacroView;
}

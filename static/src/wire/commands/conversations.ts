// Made from the wires in Python by `make types`; change those, not this file.

import type { Done } from "./table";

export interface OnConversation {
  conversation: string;
}

export interface Assign extends OnConversation {
  agent: string | null;
}

export interface SetTeam extends OnConversation {
  team: string | null;
}

export interface Snooze extends OnConversation {
  until: number;
}

export interface Tag extends OnConversation {
  add?: string[];
  remove?: string[];
}

export interface MakeTag {
  name: string;
  colour: string;
}

export interface MadeTag extends Done {
  /** The id; of the tag there was, when one had that name. */
  tag: string;
}

export interface SetSubject extends OnConversation {
  subject: string;
}

export interface SetPriority extends OnConversation {
  priority: number;
}

export interface SetAttributes extends OnConversation {
  values: Record<string, unknown>;
}

export interface SwitchLeg extends OnConversation {
  leg: string;
}

// Made from the wires in Python by `make types`; change those, not this file.

import type { AgentView } from "../house";
import type { AgentAnswer } from "./session";

export interface AddAgent {
  email: string;
  name: string;
  role?: "agent" | "supervisor" | "admin";
  teams?: string[];
}

export interface ChangeAgent {
  email?: string | null;
  name?: string | null;
  role?: "agent" | "supervisor" | "admin" | null;
  /** Exactly these from now on. */
  teams?: string[] | null;
  /** Takes back an agent who was let go. */
  active?: true | null;
}

export interface MakeLink {
  /** `forget` for somebody who has lost it. */
  second_factor?: "keep" | "forget";
}

export interface AgentsList {
  agents: AgentView[];
}

export interface StandingView {
  id: string;
  /** When a browser of theirs last asked for something, UTC ms; None: never. */
  seen_at: number | null;
  second_factor: boolean;
  /** Has not come yet: no password chosen. */
  invited: boolean;
  /** Browsers signed in. */
  sessions: number;
}

export interface StandingList {
  agents: StandingView[];
}

export interface AgentAdded extends AgentAnswer {
  /** Where the new agent chooses a password; works once. */
  link: string;
}

export interface LinkMade {
  /** Hand it over by a way you trust; works once. */
  link: string;
}

// Made from the wires in Python by `make types`; change those, not this file.

import type { AgentView } from "../types";

export interface ChangeProfile {
  name: string;
}

export interface ProfileAnswer {
  agent: AgentView;
}

// Made from the wires in Python by `make types`; change those, not this file.

import type { TemplateSent, WithFiles, Written } from "./writing";
import type { InCopy } from "../recipients";
import type { ConversationView } from "../types";

export interface Start extends WithFiles, InCopy {
  account: string;
  identity?: string | null;
  /** Whom to write to: an identity, or a contact who has one that the account reaches. */
  contact?: string | null;
  /** In the place of both, as an agent has typed it; whoever has it is written to, known so far or not. */
  address?: string | null;
  /** In the place of `text`, where the account's rule asks for one. */
  template?: TemplateSent | null;
  subject?: string;
  client_id: string;
}

export interface Started extends Written {
  conversation: ConversationView;
}

// Made from the wires in Python by `make types`; change those, not this file.

import type { OnConversation } from "./conversations";
import type { ActsSent } from "./macros";
import type { Done } from "./table";
import type { ToSeveral } from "../recipients";
import type { MessageView } from "../types";

/** A template in the place of words. */
export interface TemplateSent {
  key: string;
  variables?: Record<string, string>;
}

export interface WithFiles {
  text?: string;
  /** Ids of uploads that wait for a message. */
  attachments?: string[];
}

/** What replies and notes have in common, by whichever door they come. */
export interface Composed extends WithFiles {
  client_id: string;
  reply_to?: string | null;
  /** The text has places to fill (an empty one is the macro's own), and what the macro does is done with the send. */
  macro?: string | null;
  /** What is done with the send; None: what the macro does. */
  actions?: ActsSent | null;
}

export interface OfNote {
  /** Agents and teams that a note names: they are told, and watch from now on. */
  mentions?: string[];
}

export interface OfReply extends ToSeveral {
  /** None: the conversation's current leg. */
  leg?: string | null;
  /** The position up to which the agent had read: an answer to something older is stopped. */
  seen?: number | null;
  anyway?: boolean;
  /** ms in which the agent may take it back (`undo_send`): nobody but agents is told of it until they are over. */
  hold?: number;
  /** In the place of `hold`, UTC ms: it goes then, and may be taken back until then. */
  at?: number | null;
  /** Its words are the message's; it may also be sent when the reply window has closed. */
  template?: TemplateSent | null;
}

/** A command that writes into a conversation. */
export interface Writing extends Composed, OnConversation {
}

/** For the team. */
export interface Note extends Writing, OfNote {
}

/** For the customer. */
export interface Reply extends Writing, OfReply {
}

export interface OnMessage {
  message: string;
}

export interface EditMessage extends OnMessage {
  text: string;
}

export interface Written extends Done {
  message: MessageView;
}

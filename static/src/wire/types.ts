// Made from the wires in Python by `make types`; change those, not this file.

import type { DirectoryView } from "./house";

export interface AttachmentView {
  id: string;
  name: string;
  mime: string;
  size: number;
  width: number | null;
  height: number | null;
  /** Signed for the audience that reads this, and expiring. */
  url: string;
  /** May the browser show it in place (picture, audio, video)? Otherwise it is a download. */
  inline: boolean;
}

/** What either browser keeps to when somebody writes; times in ms, sizes in bytes. */
export interface WritingLimits {
  text_length: number;
  upload_bytes: number;
  upload_count: number;
  typing_repeat: number;
  typing_expires: number;
}

export interface ActorView {
  kind: "agent" | "customer" | "automation" | "token" | "system";
  id: string;
  /** The person's or automation's name; empty for the system. */
  name: string;
}

/** Where a conversation counts in the lists: moving from one cell to another moves the counts. */
export interface CellView {
  status: "open" | "snoozed" | "closed" | "spam";
  team: string | null;
  assignee: string | null;
  tags: string[];
}

export interface IdentityView {
  id: string;
  space: string;
  address: string;
  /** 0 claimed, 1 the channel vouches, 2 the site signed, 3 verified by code or answer. */
  proof: 0 | 1 | 2 | 3;
}

export interface LegView {
  id: string;
  account: string;
  identity: IdentityView;
  last_inbound_at: number | null;
  opted_out_at: number | null;
  delivered_to: number;
  /** The customer has received / read our messages up to this position. */
  read_to: number;
  seen_to: number;
}

export interface ContactRef {
  id: string;
  name: string;
  blocked: boolean;
  erased: boolean;
}

export interface PreviewView {
  author: ActorView;
  visibility: "public" | "note";
  text: string;
  attachments: number;
  at: number;
  erased: boolean;
}

/** A conversation as lists and headers need it. A newer `position` replaces an older one whole. */
export interface ConversationView {
  id: string;
  number: number;
  position: number;
  status: "open" | "snoozed" | "closed" | "spam";
  subject: string;
  priority: 0 | 1 | 2 | 3 | 4;
  team: string | null;
  assignee: string | null;
  tags: string[];
  contact: ContactRef;
  /** The current leg, which a public reply takes unless told otherwise. */
  leg: string | null;
  legs: LegView[];
  preview: PreviewView | null;
  waiting_since: number | null;
  snoozed_until: number | null;
  closed_at: number | null;
  last_at: number;
  /** The position of the newest public message: a reply sent with an older `seen` is stopped. */
  last_public_position: number | null;
  /** The position of the customer's newest message: unread when above the agent's read mark. */
  last_customer_position: number | null;
  attributes: Record<string, unknown>;
  merged_into: string | null;
  erased: boolean;
  created_at: number;
}

export interface ReasonView {
  text: string;
  params: Record<string, unknown>;
}

/** A reply that no customer has yet: its author may still take it back. */
export interface HeldView {
  /** When it goes, UTC ms; null: it could not go and waits for its author. */
  until: number | null;
  /** Why it could not: a key of the catalogue, and what its words mention. */
  problem: ReasonView | null;
}

export interface MessageView {
  id: string;
  position: number;
  conversation: string;
  /** The conversation it was written in; another than `conversation` after a merge or split. */
  birth: string;
  leg: string | null;
  visibility: "public" | "note";
  author: ActorView;
  client_id: string | null;
  text: string;
  /** What is neither text nor file, drawn by its `type`. */
  content: Record<string, unknown> | null;
  attachments: AttachmentView[];
  reply_to: string | null;
  /** Agents and teams that a note names. */
  mentions: string[];
  at: number;
  late: boolean;
  edited_at: number | null;
  erased_at: number | null;
  /** Only while it is held for undo. Then `position` and `at` are where it would stand, had it gone at once. */
  held?: HeldView;
}

export interface ContactView {
  id: string;
  name: string;
  locale: string | null;
  organisation: string | null;
  attributes: Record<string, unknown>;
  /** What the page or the person said of themselves without proof: shown as unproven. */
  claims: Record<string, unknown>;
  identities: IdentityView[];
  blocked_at: number | null;
  erased_at: number | null;
  merged_into: string | null;
  position: number;
  created_at: number;
}

/** What the team keeps in mind of a person. */
export interface ContactNoteView {
  id: string;
  /** Whom it was written about: somebody who was merged into another stays named. */
  contact: string;
  author: ActorView;
  text: string;
  at: number;
  edited_at: number | null;
}

export interface CountView {
  status: "open" | "snoozed" | "closed" | "spam";
  team: string | null;
  assignee: string | null;
  /** None counts the conversations themselves. */
  tag: string | null;
  n: number;
}

/**
 * One fact as an agent may see it. Reducers take the views whole; `was`/`now` move the counts.
 * `entered` says that the conversation came into this agent's view with this event; the event `left` says that it
 * went: then nothing but `conversation` and `was` is told.
 */
export interface AgentEvent {
  position: number;
  at: number;
  kind: "conversation.created" | "conversation.changed" | "conversation.merged" | "conversation.split" | "merge.undone" | "message.created" | "message.edited" | "message.erased" | "message.held" | "message.undone" | "leg.seen" | "contact.changed" | "contact.merged" | "contact.split" | "contact.erased" | "directory.changed" | "setting.changed" | "left";
  actor?: ActorView;
  conversation?: string;
  subject?: string;
  changes?: Record<string, unknown>;
  entered?: boolean;
  was?: CellView | null;
  now?: CellView | null;
  summary?: ConversationView;
  message?: MessageView;
  contact?: ContactView;
  directory?: DirectoryView;
}

/** An act, from the audit. */
export interface Line {
  position: number;
  at: number;
  kind: string;
  actor: ActorView;
  subject: string | null;
  changes: Record<string, unknown>;
}

/** An act in a conversation's history (from the audit): drawn as a small centred line. */
export interface LineView extends Line {
  /** What the contacts in `changes` are called today, by their ids. */
  names?: Record<string, string>;
  /** The numbers of the conversations that `changes` says were merged `into` or `from`, or split off, by their ids. */
  numbers?: Record<string, number>;
}

/** One thing an agent is told of. Newer words on the same id replace older ones. */
export interface NoticeView {
  id: string;
  kind: "mention" | "assigned" | "replied" | "woke";
  at: number;
  /** The fact it came from. */
  position: number;
  conversation: string;
  number: number;
  /** The customer's name. */
  contact: string;
  message: string | null;
  /** The beginning of the message. */
  text: string;
  actor: ActorView;
  /** How many answers of the customer it stands for. */
  n: number;
  read: boolean;
}

/** Whether the team answers just now. */
export interface TeamState {
  open: boolean;
  /** When a closed team is back, UTC ms; null: not known. */
  back_at: number | null;
}

/** Who wrote, as a customer may know them: never an email address or an internal id. */
export interface SpeakerView {
  kind: "me" | "agent" | "automation";
  name: string;
  picture: string | null;
}

export interface CustomerMessage {
  id: string;
  position: number;
  author: SpeakerView;
  /** Only on the customer's own messages: the pending row it replaces. */
  client_id: string | null;
  text: string;
  content: Record<string, unknown> | null;
  attachments: AttachmentView[];
  reply_to: string | null;
  at: number;
  late: boolean;
  edited_at: number | null;
  erased: boolean;
}

/**
 * `message`: new, edited or erased, the newest whole form. `seen`: we have read hers up to `position`.
 * `state`: whether her newest conversation is open.
 */
export interface CustomerEvent {
  position: number;
  kind: "message" | "seen" | "state";
  message?: CustomerMessage;
  seen_to?: number;
  open?: boolean;
}

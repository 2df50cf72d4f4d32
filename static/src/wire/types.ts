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
  /** Only of what stands in the message's own page: where that is shown, it need not be shown again below. */
  cid?: string;
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
  /** As people write it (`+82 10-1234-5678`), where that is not the address itself. */
  shown?: string;
  /** 0 claimed, 1 the channel vouches, 2 the site signed, 3 verified by code or answer. */
  proof: 0 | 1 | 2 | 3;
}

export interface LegView {
  id: string;
  account: string;
  identity: IdentityView;
  last_inbound_at: number | null;
  opted_out_at: number | null;
  /** Since when she wants nothing by this way that no person wrote; what agents write still arrives. */
  quiet_since?: number | null;
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
  /** How many of the attachments are pictures. */
  pictures: number;
  at: number;
  erased: boolean;
}

/** Somebody who takes part beside the conversation's contact. */
export interface ParticipantView {
  contact: string;
  /** By which of her addresses; null: by any. */
  identity: string | null;
  /** Empty: it is not known, or was erased. */
  address: string;
  name: string;
  /** The id of the colleague whose address it is. */
  agent: string | null;
}

/** Of a message of which `text` is only what its sender says in it; all of it is `GET /messages/ID/source`. */
export interface SourceView {
  subject: string;
  /**
   * What wrote it, where it was no person: `away`, `list`, `bounce`, `report` or `machine`. Nobody answers it by
   * itself.
   */
  automatic: string | null;
  /**
   * What must not be believed of it, or cannot be seen: `our_address`, `agents_address`, `name_is_address`,
   * `answers_elsewhere`, `said_by_another`, `several_authors`, `stranger`, `encrypted`, `cut`,
   * `unreadable`. What is not known is shown as a doubt like any other.
   */
  doubts: string[];
  /** It says more than `text` shows: quotes, a signature. */
  more: boolean;
  /** It has a page of its own: `GET /messages/ID/page`, to be shown in a sandboxed frame. */
  page: boolean;
}

/** Where else a conversation is worked, since when and by whom it was taken there. */
export interface WorkedView {
  place: string;
  /** As people there call it. */
  channel: string;
  /** An agent's id. */
  by: string;
  at: number;
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
  /** Only where others take part. */
  participants?: ParticipantView[];
  /** Only where it is worked outside, too (`pull_out`). */
  worked?: WorkedView[];
  preview: PreviewView | null;
  /** What has become of a message of ours that did not arrive, or of which nobody knows, until an agent lets it be. */
  trouble?: "failed" | "unknown";
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
  /** Only where its author has chosen the time; else it waits for a moment. */
  chosen?: boolean;
  /** Why it could not: a key of the catalogue, and what its words mention. */
  problem: ReasonView | null;
}

/** Why a message did not arrive. */
export interface FailureView {
  /** The key of its words in the catalogue. */
  text: string;
  /** The provider's own. */
  code: string | null;
  /**
   * What it means for what comes after: the same may arrive later; the same will not; only a template may go (or
   * another channel); she wants no messages here; something about our own account must be mended first.
   */
  then: "again" | "never" | "window" | "opted_out" | "account";
}

/** A file that takes its place among the attachments, under this id, when it has come. */
export interface RemoteFileView {
  id: string;
  place: number;
  /** What the provider says it is; may be empty. */
  mime: string;
  state: "waiting" | "failed";
  /** Why it did not come: a key of the catalogue. Agents may have it asked for again (`fetch_again`). */
  problem: string | null;
}

export interface CorrespondentView {
  identity: string;
  /** Empty: it was erased. */
  address: string;
  name: string;
}

export interface RecipientView extends CorrespondentView {
  /** `bcc`: the others do not know of it. */
  role: "to" | "cc" | "bcc";
  /** What has become of it for this one; not of what came. */
  delivery?: "queued" | "unknown" | "sent" | "failed" | "delivered" | "read";
  failure?: FailureView;
}

/** To whom a message goes, or went, where its channel takes several (`recipients`). */
export interface EnvelopeView {
  /** Written for this very message; empty: the conversation's. */
  subject: string;
  /** Does what it answers stand below it? */
  quote: boolean;
  /**
   * It went elsewhere than the conversation is answered to: to others than its customer, who does not see it and
   * waits on, or to another address of hers.
   */
  aside: boolean;
  recipients: RecipientView[];
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
  /** Only of what goes over a provider: what has become of it (docs/delivery.md). */
  delivery?: "queued" | "unknown" | "sent" | "failed" | "delivered" | "read";
  /** Only with delivery `failed`. */
  failure?: FailureView;
  /** It did not arrive, or nobody knows, and no agent has let it be: for that it stands in *Not delivered*. */
  trouble?: boolean;
  /** Only while files of hers are missing: they still lie with the provider. */
  files?: RemoteFileView[];
  /** In how many parts hers was sent, where the channel counts them. */
  segments?: number;
  /** Only of what came as more than its words. */
  source?: SourceView;
  /** Only where its channel takes several recipients. */
  envelope?: EnvelopeView;
  /** Only while it is held. Then `position` and `at` are where it would stand, had it gone at once. */
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
  kind: "conversation.created" | "conversation.changed" | "conversation.merged" | "conversation.split" | "merge.undone" | "message.created" | "message.edited" | "message.erased" | "message.held" | "message.undone" | "message.delivery" | "message.files" | "leg.seen" | "leg.consent" | "contact.changed" | "contact.merged" | "contact.split" | "contact.erased" | "directory.changed" | "setting.changed" | "left";
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
  kind: "mention" | "assigned" | "replied" | "woke" | "new" | "failed";
  at: number;
  /** The fact it came from. */
  position: number;
  conversation: string;
  number: number;
  /** The customer's name. */
  contact: string;
  /** Whose colour she has wherever she is shown. */
  contact_id: string;
  message: string | null;
  /** The beginning of the message. */
  text: string;
  actor: ActorView;
  /**
   * How many answers of the customer it stands for; of `new`, how many conversations (100: more than 99), of which
   * it names the newest.
   */
  n: number;
  read: boolean;
}

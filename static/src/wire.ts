// Made from the wires in Python by `make types`; change those, not this file.

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
  at: number;
  late: boolean;
  edited_at: number | null;
  erased_at: number | null;
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

export interface AgentView {
  id: string;
  name: string;
  email: string;
  role: "agent" | "supervisor" | "admin";
  picture: string | null;
  active: boolean;
  teams: string[];
}

export interface TeamView {
  id: string;
  name: string;
  retired: boolean;
}

export interface TagView {
  id: string;
  name: string;
  colour: string;
  retired: boolean;
}

export interface AttributeView {
  id: string;
  target: "contact" | "conversation" | "organisation";
  key: string;
  label: string;
  type: "text" | "number" | "date" | "boolean" | "choice" | "url";
  choices: string[];
  retired: boolean;
}

export interface OrganisationView {
  id: string;
  name: string;
  domain: string | null;
  attributes: Record<string, unknown>;
}

export interface WordsView {
  en: string;
  ko: string;
}

export interface CapabilitiesView {
  text_length: number;
  /** MIME type, or `kind/*`, or `*\/*` -> largest size in bytes. */
  attachments: Record<string, number>;
  attachment_count: number;
  captions: boolean;
  quoting: boolean;
  editing: boolean;
  subject: boolean;
  formatting: string;
  typing_in: boolean;
  typing_out: boolean;
  typing_preview: boolean;
  read_in: boolean;
  read_out: boolean;
  delivery_states: boolean;
  reply_window: number | null;
  may_start: boolean;
}

export interface AccountView {
  id: string;
  label: WordsView;
  icon: string;
  state: "active" | "paused" | "retired";
  reason: string | null;
  capabilities: CapabilitiesView;
}

/** Everything the browser names people and things by. */
export interface DirectoryView {
  agents: AgentView[];
  teams: TeamView[];
  tags: TagView[];
  attributes: AttributeView[];
  accounts: AccountView[];
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
  kind: "conversation.created" | "conversation.changed" | "conversation.merged" | "conversation.split" | "merge.undone" | "message.created" | "message.edited" | "message.erased" | "leg.seen" | "contact.changed" | "contact.merged" | "contact.split" | "contact.erased" | "directory.changed" | "left";
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

/** An act in a conversation's history (from the audit): drawn as a small centred line. */
export interface LineView {
  position: number;
  at: number;
  kind: string;
  actor: ActorView;
  subject: string | null;
  changes: Record<string, unknown>;
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

/** Raised when an older browser could misread us: it reloads then, its drafts saved. */
export const AGENT_PROTOCOL = 1;

export const AGENT_CLOSE_SIGNED_OUT = 4401;

export const AGENT_CLOSE_PROTOCOL = 4406;

/** The browser read too slowly: connect again and resume from the last cursor. */
export const AGENT_CLOSE_SLOW = 4408;

export const CLOSE_RESTART = 1012;

/** The first frame. With a cursor the session resumes, without one it starts with a snapshot. */
export interface AgentHello {
  kind: "hello";
  protocol: number;
  cursor?: string | null;
}

/** An act; answered by a `result` or a `problem` with the same id. `args` fit the command's own model. */
export interface Command {
  kind: "command";
  id: string;
  name: string;
  args?: Record<string, unknown>;
}

/** Said every `typing_repeat` while the agent types; expires by itself after `typing_expires`. */
export interface AgentTyping {
  kind: "typing";
  conversation: string;
  mode: "public" | "note";
  active?: boolean;
}

/** Which conversation this tab shows now (None: none): who looks, and whose typing it is told. */
export interface Look {
  kind: "look";
  conversation: string | null;
}

/** The lease of presence, said every `presence_ping`: is the tab visible, is the person active? */
export interface Here {
  kind: "here";
  visible: boolean;
  active?: boolean;
}

/** Every timing and bound the browser keeps to; times in ms, sizes in bytes. */
export interface LimitsView {
  typing_repeat: number;
  typing_expires: number;
  presence_ping: number;
  presence_expires: number;
  text_length: number;
  upload_bytes: number;
  upload_count: number;
  page: number;
}

export interface AgentHelloReply {
  kind: "hello";
  protocol: number;
  /** The hash of the front end this server serves: another than the page's own means reload when idle. */
  bundle: string;
  resumed: boolean;
  /** The server's clock, so that the browser's ages are right. */
  now: number;
  limits: LimitsView;
}

/** The agent's own: read marks by conversation (those asked for or changed), drafts by conversation and mode. */
export interface PrivateView {
  read?: Record<string, number>;
  drafts?: Record<string, Record<string, string>>;
  preferences?: Record<string, unknown>;
}

export interface AgentSnapshotFrame {
  kind: "snapshot";
  cursor: string;
  position: number;
  me: AgentView;
  directory: DirectoryView;
  counts: CountView[];
  private: PrivateView;
}

/** Brings the session up to `cursor`, filtered events included; `events` may be empty. */
export interface AgentEventsFrame {
  kind: "events";
  cursor: string;
  position: number;
  events: AgentEvent[];
}

/** Private state changed in another session of the same agent. */
export interface PrivateFrame {
  kind: "private";
  private: PrivateView;
}

export interface TypingView {
  who: "agent" | "customer";
  id: string;
  name: string;
  mode: "public" | "note";
  preview?: string;
}

/** Who types and who looks, whole, for one conversation this session looks at. */
export interface ConversationSignals {
  conversation: string;
  typing: TypingView[];
  looking: string[];
  customer_here: boolean;
}

/** Never stored. `agents`: presence by agent id, whole; sent coalesced, the latest wins. */
export interface SignalsFrame {
  kind: "signals";
  agents?: Record<string, "online" | "away">;
  conversation?: ConversationSignals;
}

export interface ResultFrame {
  kind: "result";
  id: string;
  value: Record<string, unknown>;
}

/** RFC 9457 problem details; `text` and `params` are the words' key and values for the catalogue. */
export interface ProblemView {
  type: string;
  title: string;
  status: number;
  detail: string;
  text: string;
  params: Record<string, unknown>;
}

export interface AgentProblemFrame {
  kind: "problem";
  id: string | null;
  problem: ProblemView;
}

/** Forget everything and say hello without a cursor: another epoch, a cursor too old, or changed access. */
export interface AgentResetFrame {
  kind: "reset";
  reason: "epoch" | "too_old" | "access";
}

export type FromAgent = AgentHello | Command | AgentTyping | Look | Here;

export type ToAgent = AgentHelloReply | AgentSnapshotFrame | AgentEventsFrame | PrivateFrame | SignalsFrame | ResultFrame | AgentProblemFrame | AgentResetFrame;

export const VISITOR_PROTOCOL = 1;

export const VISITOR_CLOSE_SIGNED_OUT = 4401;

export const VISITOR_CLOSE_PROTOCOL = 4406;

export const VISITOR_CLOSE_SLOW = 4408;

/**
 * POST session: who is in front of this browser? With `vouch` the site's signed user, else the `token` we gave
 * before, else somebody new. The answer's token replaces the former one.
 */
export interface SessionAsk {
  token?: string | null;
  vouch?: string | null;
  /** What the page says without signing it (name, email, ...): shown to agents as unproven. */
  claims?: Record<string, string>;
  locale?: string | null;
}

export interface SessionAnswer {
  token: string;
  /** Changes when another person is in front of the browser: then everything kept there is dropped. */
  subject: string;
  name: string | null;
  proven: boolean;
  /** Has an open conversation: the widget connects at page load. */
  open: boolean;
  unread: number;
  settings: Record<string, unknown>;
  limits: VisitorLimits;
}

export interface VisitorLimits {
  text_length: number;
  upload_bytes: number;
  upload_count: number;
  accepts: string[];
  typing_repeat: number;
  typing_expires: number;
}

/** POST messages: one message, Authorization: Bearer the visitor's token. Answered 201, or 200 for a repeat. */
export interface Say {
  client_id: string;
  text?: string;
  attachments?: string[];
  reply_to?: string | null;
}

export interface Said {
  message: CustomerMessage;
}

/** POST uploads (raw body, `?name=`): the file, waiting to be named by a message. */
export interface Uploaded {
  attachment: AttachmentView;
}

export interface HistoryPage {
  messages: CustomerMessage[];
  /** Pass as `?before=` for the page of older ones; None: that was the beginning. */
  before: string | null;
}

export interface VisitorHello {
  kind: "hello";
  protocol: number;
  token: string;
  cursor?: string | null;
}

export interface VisitorTyping {
  kind: "typing";
  active: boolean;
  preview?: string | null;
}

/** Received, or read, everything up to this position. */
export interface Seen {
  kind: "seen";
  delivered?: number;
  read?: number;
}

export interface VisitorHelloReply {
  kind: "hello";
  protocol: number;
  resumed: boolean;
  now: number;
}

/** The newest messages, oldest first; `before` for older ones as in `HistoryPage`. */
export interface VisitorSnapshotFrame {
  kind: "snapshot";
  cursor: string;
  messages: CustomerMessage[];
  before: string | null;
  seen_to: number;
  open: boolean;
}

export interface VisitorEventsFrame {
  kind: "events";
  cursor: string;
  events: CustomerEvent[];
}

/** Agents writing a public reply just now; expires by itself. Note-typing never reaches this frame. */
export interface TypingFrame {
  kind: "typing";
  who: SpeakerView[];
}

export interface VisitorResetFrame {
  kind: "reset";
  reason: "epoch" | "too_old";
}

export interface VisitorProblemFrame {
  kind: "problem";
  text: string;
  params?: Record<string, unknown>;
}

export type FromVisitor = VisitorHello | VisitorTyping | Seen;

export type ToVisitor = VisitorHelloReply | VisitorSnapshotFrame | VisitorEventsFrame | TypingFrame | VisitorResetFrame | VisitorProblemFrame;

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

export interface AgentView {
  id: string;
  name: string;
  email: string;
  role: "agent" | "supervisor" | "admin";
  picture: string | null;
  active: boolean;
  teams: string[];
  /** As said by hand when this was read; who is here is told by signals. */
  availability: "online" | "away" | "busy";
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

/** What something is called in a language; in one that is left out, by its `label`. */
export interface LabelsView {
  en?: string;
  ko?: string;
}

export interface AttributeView {
  id: string;
  target: "contact" | "conversation" | "organisation";
  key: string;
  label: string;
  labels: LabelsView;
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

/** What is done to a conversation; null or empty: left as it is. */
export interface ActsView {
  tags_add: string[];
  tags_remove: string[];
  /** An agent's id, `me` or `none`. */
  assignee: string | null;
  /** A team's id or `none`. */
  team: string | null;
  status: "open" | "snoozed" | "closed" | "spam" | null;
  /** ms from then on, with status `snoozed`. */
  snooze_for: number | null;
  priority: number | null;
}

/** A text with places to fill, and what is done to the conversation once it is sent. */
export interface MacroView {
  id: string;
  name: string;
  text: string;
  scope: "all" | "teams" | "personal";
  teams: string[];
  owner: string;
  actions: ActsView;
  /** How often the reader has used it. */
  used: number;
  used_at: number | null;
  used_by_all: number;
  retired: boolean;
  changed_at: number;
}

export interface WordsView {
  en: string;
  ko: string;
}

/** How a text is cut into the parts it is sent in; the widths are letters. */
export interface SegmentsView {
  alone: number;
  together: number;
  wide_alone: number;
  wide_together: number;
  /** Any other letter, but for those that count twice, makes a text a wide one (UTF-16 units). */
  basic: string;
  double: string;
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
  /** `plain`, or `markdown` for what shared/markup.ts reads. */
  formatting: string;
  segments: SegmentsView | null;
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
  /** The path of the page on which its customers write, where that is ours. */
  chat: string | null;
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
export interface LineView {
  position: number;
  at: number;
  kind: string;
  actor: ActorView;
  subject: string | null;
  changes: Record<string, unknown>;
  /** What the contacts in `changes` are called today, by their ids. */
  names?: Record<string, string>;
}

/** Which conversations a saved view shows; null, empty or false does not count. */
export interface FilterView {
  status: "open" | "snoozed" | "closed" | "spam";
  team: string | null;
  assignee: string | null;
  tags: string[];
  account: string | null;
  unread: boolean;
  waiting_over: number | null;
}

export interface SavedView {
  id: string;
  name: string;
  scope: "all" | "teams" | "personal";
  teams: string[];
  owner: string;
  filter: FilterView;
  sort: "activity" | "waiting";
  retired: boolean;
  changed_at: number;
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

export interface HolidayView {
  /** YYYY-MM-DD. */
  date: string;
  name: string;
}

/** A day on which these ranges count, whatever the week and the holidays say. */
export interface OverrideView {
  date: string;
  name: string;
  ranges: unknown[][];
}

/** When a team answers. Ranges are minutes from midnight, from and up to; 1440 is the next midnight. */
export interface HoursView {
  team: string;
  /** An IANA name. */
  zone: string;
  /** By `mon` to `sun`; a day left out is closed. */
  week: Record<string, unknown[][]>;
  holidays: HolidayView[];
  overrides: OverrideView[];
  /** At this moment. */
  open: boolean;
  /** When that changes; null: not within sight. */
  until: number | null;
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

/** Raised when an older browser could misread us: it reloads then, its drafts saved. */
export const AGENT_PROTOCOL = 1;

export const AGENT_CLOSE_SIGNED_OUT = 4401;

export const AGENT_CLOSE_PROTOCOL = 4406;

/** The browser read too slowly: connect again and resume from the last cursor. */
export const AGENT_CLOSE_SLOW = 4408;

/** What the agent may see has changed: connect again without a cursor. */
export const CLOSE_ACCESS = 4409;

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
  /** Which life of the database positions are of: those of another one must not be compared with these. */
  epoch: string;
  /** The hash of the front end this server serves: another than the page's own means reload when idle. */
  bundle: string;
  resumed: boolean;
  /** The server's clock, so that the browser's ages are right. */
  now: number;
  limits: LimitsView;
  /** Does who answers have a conversation of nobody's from then on? What holds for agents who have not said. */
  assign_on_reply: boolean;
}

export interface NoticesView {
  unread: number;
  /** Newest first: in a snapshot the newest there are, later those that are new or changed. */
  latest: NoticeView[];
  /** All that came from facts up to here are read. */
  read_to?: number;
  /** It is the agent's quiet time: nothing may ring. */
  quiet: boolean;
}

/** How many open conversations stand in the agent's own lists; 100 means more than 99. */
export interface FollowedView {
  mentions: number;
  watched: number;
}

/** What goes with a draft. */
export interface AlongView {
  /** The one it was begun with. */
  macro: string | null;
  /** What is done once it is sent. */
  acts: ActsView;
  /** The acts came with words, and go with them. */
  worded: boolean;
  /** Which of several people of one name is meant: by the name, the id. */
  named: Record<string, string>;
  files: AttachmentView[];
}

/** The agent's own: read marks by conversation (those asked for or changed), drafts by conversation and mode. */
export interface PrivateView {
  read?: Record<string, number>;
  /** With `read` at the start: every mark above this position is told, so what is not told was not read so far. */
  read_above?: number;
  drafts?: Record<string, Record<string, string>>;
  /** What goes with the drafts; null: nothing any more. */
  along?: Record<string, Record<string, AlongView | null>>;
  preferences?: Record<string, unknown>;
  /** What the agent says of themselves by hand. */
  availability?: "online" | "away" | "busy";
  notices?: NoticesView;
  followed?: FollowedView;
  /** Conversations that the agent watches, or no longer. */
  watching?: Record<string, boolean>;
  /** Lists of the agent's own that are no longer what they were: who shows one asks for it again. */
  changed?: ("macros" | "views")[];
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

/** A customer is on the site again who has this conversation open. */
export interface BackView {
  conversation: string;
  number: number;
  /** The customer's name; empty where nobody has said one. */
  contact: string;
  /** The agent owns or watches it; otherwise it is nobody's yet and waits in the agent's team. */
  own: boolean;
}

/** Never stored. `agents`: presence by agent id, whole; sent coalesced, the latest wins. */
export interface SignalsFrame {
  kind: "signals";
  agents?: Record<string, "online" | "away" | "busy">;
  conversation?: ConversationSignals;
  /** Told to the assignee and the watchers, and of what is nobody's to the team's available agents; once a visit. */
  back?: BackView;
  /** Of the rows that this tab shows (`show_rows`): whose customers are on the site, have come to it or left it. */
  rows?: Record<string, boolean>;
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
  /** The email address that the site signed, or that was left here unproven. */
  address: string | null;
  /** Has an open conversation: the widget connects at page load. */
  open: boolean;
  unread: number;
  settings: Record<string, unknown>;
  limits: VisitorLimits;
  /** None: nobody has said when the team answers. */
  team: TeamState | null;
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
  team: TeamState | null;
  /** Is any agent online? */
  here: boolean;
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

/** The team opened or closed, or its hours were changed. */
export interface TeamFrame {
  kind: "team";
  team: TeamState | null;
}

/** The first agent came online, or the last one went. */
export interface HereFrame {
  kind: "here";
  here: boolean;
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

/**
 * GET events?after=CURSOR and POST frames (one frame as a socket takes it), for browsers without a socket: what it
 * would have told. `events` waits until there is something, at most `[limits] events_wait`.
 */
export interface Polled {
  frames: (VisitorHelloReply | VisitorSnapshotFrame | VisitorEventsFrame | TypingFrame | TeamFrame | HereFrame | VisitorResetFrame | VisitorProblemFrame)[];
}

export type FromVisitor = VisitorHello | VisitorTyping | Seen;

export type ToVisitor = VisitorHelloReply | VisitorSnapshotFrame | VisitorEventsFrame | TypingFrame | TeamFrame | HereFrame | VisitorResetFrame | VisitorProblemFrame;

export const MARKS = 30;

/** Characters shown before the first find. */
export const AROUND = 60;

/** Characters of a snippet. */
export const LENGTH = 180;

/** Characters folded where no word stands in the text as it was typed. */
export const READ = 2000;

/** Letters that a folded piece may grow to: one of U+FDFA makes eighteen. */
export const FOLDED = 4096;

/** Words of a query that are looked for, as the search does. */
export const WORDS = 16;

export interface SnippetPart {
  text: string;
  found: boolean;
}

/** Found messages, conversations or contacts that a list with words looks at, the newest: a common word has no end. */
export const FOUND_MOST = 2000;

export const RECENT = 20000;

export const MET_OFTEN = 50;

/** Lines of history told with one page of messages. */
export const LINES_MOST = 300;

export interface ConversationsPage {
  conversations: ConversationView[];
  /** Pass as `?before=` for the next page; None: that was the end. */
  before: string | null;
  /** The place in the log that this answer shows: events after it come on top. */
  position: number;
  /** The caller's own read marks, by conversation. */
  read: Record<string, number>;
}

export interface ConversationPage {
  conversation: ConversationView;
  contact: ContactView;
  position: number;
  read: number;
  /** The caller's own, by mode. */
  drafts: Record<string, string>;
  /** What goes with them. */
  along: Record<string, AlongView | null>;
  watching: boolean;
}

export interface MessagesPage {
  /** Oldest first. */
  messages: MessageView[];
  /** On the page with the newest: replies held for undo, which are no messages yet. */
  held: MessageView[];
  /** What was done to the conversation in the same stretch of time. */
  lines: LineView[];
  before: string | null;
  after: string | null;
  position: number;
}

export interface ContactsPage {
  contacts: ContactView[];
  before: string | null;
  position: number;
}

/** Conversations found by what they are about, told before the messages on the first page. */
export const ABOUT = 10;

/** Found messages told of one conversation, the newest; of the others only how many they are. */
export const SHOWN = 3;

/** A found message. */
export interface Find {
  message: MessageView;
  snippet: SnippetPart[];
}

/** A conversation that was found. */
export interface Hit {
  conversation: ConversationView;
  /** What it was found by itself: subject, attributes or contact; empty when only messages have the words. */
  snippet: SnippetPart[];
  messages: Find[];
  /** Found messages beyond those, as far as was looked. */
  more: number;
}

export interface HitsPage {
  hits: Hit[];
  before: string | null;
}

export const MERGES_TOLD = 200;

/** One of the two that were joined or parted. */
export interface MergeSide {
  id: string;
  /** A conversation's, where the caller may see it. */
  number: number | null;
  /** The contact's; empty where nobody has said one or the caller may not see it. */
  name: string;
}

export interface MergeView {
  id: string;
  kind: "conversation.merge" | "conversation.split" | "contact.merge" | "contact.split";
  source: MergeSide;
  into: MergeSide;
  actor: ActorView;
  at: number;
  undone_at: number | null;
}

/** Suggestions told at once. */
export const SUGGESTED = 5;

/** Newest contacts of a like name that are looked at. */
export const ALIKE = 40;

/** Letters from which a mail address's first part says something of its own. */
export const PERSONAL = 5;

/** A contact as it is compared with another. */
export interface Standing {
  contact: ContactView;
  /** Conversations that wait for somebody, of those the caller may see. */
  open: number;
  /** All of them. */
  conversations: number;
  /** Its name; empty for none. */
  organisation: string;
}

export interface Likely {
  contact: ContactView;
  open: number;
  conversations: number;
  organisation: string;
  /**
   * `address`: the same mail address; `phone`: the same number; `claims`: this contact has left an address of the
   * other's without proof, `claimed`: the other one of this contact's; `name`: called alike; `mail_name`: mail addresses
   * that begin alike.
   */
  why: ("address" | "phone" | "claims" | "claimed" | "name" | "mail_name")[];
}

export interface LikelyList {
  likely: Likely[];
  /** Something was merged into or split off this contact that can still be taken back. */
  joined: boolean;
}

export interface StandingAnswer {
  contact: ContactView;
  open: number;
  conversations: number;
  organisation: string;
  /** What was merged into or split off this contact, the newest first. */
  merges: MergeView[];
}

export interface ContactNotesList {
  /** The newest first; of everybody merged into this contact too. */
  notes: ContactNoteView[];
}

/**
 * `conversation.created`, `.changed` (closed or opened again), `.merged`, `.split`, `merge.undone`,
 * `contact.changed` (a proof, a block, a note), `.merged`, `.split`, `.erased`.
 */
export interface TimelineLine {
  position: number;
  at: number;
  kind: string;
  actor: ActorView;
  subject: string | null;
  changes: Record<string, unknown>;
  conversation: string | null;
  number: number | null;
  /** The conversation's subject. */
  title: string | null;
  /** The note that was written or changed, as it reads now; null when it was removed. */
  note: ContactNoteView | null;
  /** The address that was proven. */
  address: string | null;
}

export interface TimelinePage {
  /** The newest first. */
  lines: TimelineLine[];
  before: string | null;
}

/** Notices of a snapshot; older ones come by REST. */
export const LATEST = 20;

/** What is counted ends here: the browser says 99+. */
export const COUNTED = 100;

/** The preference `quiet`: when nothing may ring. */
export interface QuietHours {
  zone: string;
  /** Minutes from midnight. */
  start: number;
  /** Not after the start: over midnight. */
  end: number;
  /** On which it begins; 0 is Monday. */
  days?: number[];
}

export interface NoticesPage {
  notices: NoticeView[];
  before: string | null;
  unread: number;
}

/** Nothing to tell but when: the fact itself comes as an event. */
export interface Done {
  /** Who has been told the log up to here, knows what the command made. */
  position: number;
}

export interface SaveAlong {
  conversation: string;
  mode: "public" | "note";
  /** The one it was begun with. */
  macro?: string | null;
  /** What is done once it is sent. */
  acts?: ActsSent;
  /** The acts came with words, and go with them. */
  worded?: boolean;
  /** Which of several people of one name is meant: by the name, the id. */
  named?: Record<string, string>;
  /** Ids of uploads that wait for a message, in order. */
  files?: string[];
}

/** Conversations that count as one request of the agent's. */
export const AT_A_REQUEST = 10;

/** Conversations in one bulk act. */
export const BULK_MOST = 200;

export interface Bulk {
  conversations: string[];
  actions: ActsSent;
}

export interface UndoBulk {
  undo: string;
}

/** Of one conversation, in the order they were named. */
export interface Outcome {
  conversation: string;
  changed: boolean;
  /** Why nothing was done to it. */
  problem: ProblemView | null;
}

export interface Bulked {
  position: number;
  outcomes: Outcome[];
  /** Takes it back, for ten minutes; None: nothing was changed. */
  undo: string | null;
}

export interface UndoOutcome {
  conversation: string;
  restored: string[];
  /** What somebody has changed since: status, assignee, team, priority or tags; `merged`: it is another one now. */
  left: string[];
  problem: ProblemView | null;
}

export interface Unbulked {
  position: number;
  outcomes: UndoOutcome[];
}

export interface OnContact {
  contact: string;
}

/** What is left out stays. */
export interface ContactFields {
  name?: string | null;
  locale?: string | null;
  /** null: none. */
  organisation?: string | null;
  attributes?: Record<string, unknown> | null;
}

export interface UpdateContact {
  name?: string | null;
  locale?: string | null;
  organisation?: string | null;
  attributes?: Record<string, unknown> | null;
  contact: string;
}

export interface OnConversation {
  conversation: string;
}

export interface Assign {
  conversation: string;
  agent: string | null;
}

export interface SetTeam {
  conversation: string;
  team: string | null;
}

export interface Snooze {
  conversation: string;
  until: number;
}

export interface Tag {
  conversation: string;
  add?: string[];
  remove?: string[];
}

export interface MakeTag {
  name: string;
  colour: string;
}

export interface MadeTag {
  position: number;
  /** The id; of the tag there was, when one had that name. */
  tag: string;
}

export interface SetSubject {
  conversation: string;
  subject: string;
}

export interface SetPriority {
  conversation: string;
  priority: number;
}

export interface SetAttributes {
  conversation: string;
  values: Record<string, unknown>;
}

export interface SwitchLeg {
  conversation: string;
  leg: string;
}

/** Some by id, or all that were told up to a position (that of the newest which is shown). */
export interface ReadNotices {
  notices?: string[];
  to?: number | null;
}

export interface OnHeld {
  message: string;
}

/** What the composer needs to go on where it was. */
export interface Undone {
  position: number;
  /** As it was; its attachments are the agent's uploads again. */
  message: MessageView;
  macro: string | null;
  /** What would have been done with it. */
  actions: ActsView | null;
}

export interface AddContactNote {
  contact: string;
  text: string;
  client_id: string;
}

export interface OnContactNote {
  note: string;
}

export interface EditContactNote {
  note: string;
  text: string;
}

export interface Noted {
  position: number;
  note: ContactNoteView;
}

/** ms */
export const LONGEST_SNOOZE = 31622400000;

/** What is left out or null stays as it is. */
export interface ActsSent {
  tags_add?: string[];
  tags_remove?: string[];
  /** An agent's id, `me` or `none`. */
  assignee?: string | null;
  /** A team's id or `none`. */
  team?: string | null;
  status?: string | null;
  /** ms from then on, with status `snoozed`. */
  snooze_for?: number | null;
  priority?: number | null;
}

export interface ApplyMacro {
  conversation: string;
  macro: string;
  /** What the agent has made of it; None: the macro's own text. */
  text?: string | null;
}

export interface RunMacro {
  conversation: string;
  macro: string;
  /** What the agent has left of what it does; None: all of it. */
  actions?: ActsSent | null;
}

/** Nothing has been done yet. */
export interface Rendered {
  text: string;
  /** Places without a value; they still stand in the text, and stop the send. */
  missing: string[];
  actions: ActsView;
}

export interface Merge {
  conversation: string;
  into: string;
}

export interface Split {
  conversation: string;
  messages: string[];
}

export interface UndoMerge {
  merge: string;
}

export interface MergeContacts {
  contact: string;
  into: string;
}

export interface SplitContact {
  contact: string;
  identities: string[];
}

export interface Merged {
  position: number;
  /** By which it is undone. */
  merge: string;
}

export interface SplitOff {
  position: number;
  merge: string;
  /** The new one. */
  conversation: string;
}

export interface ContactSplit {
  position: number;
  merge: string;
  /** The new one. */
  contact: string;
}

/** Bytes of JSON that one agent's preferences may take. */
export const PREFERENCES = 32768;

/** Nothing to tell: what is the agent's own has no place in the log. */
export interface Kept {
}

export interface MarkRead {
  conversation: string;
  position: number;
}

export interface SaveDraft {
  conversation: string;
  mode: "public" | "note";
  text: string;
}

export interface SetAvailability {
  availability: "online" | "away" | "busy";
}

export interface UndoSend {
  /** Seconds in which the agent's own browser lets a reply be taken back; 0: never. Without one: 5. */
  undo_send: number;
}

export interface AssignOnReply {
  /**
   * Does the agent have a conversation of nobody's from the first answer on? Without one: `[inbox]` in the
   * configuration.
   */
  assign_on_reply: boolean;
}

export interface SetPreferences {
  /** Key -> value; None forgets. */
  values: Record<string, unknown>;
}

/** Rows that a tab shows at once. */
export const ROWS = 100;

export interface ShowRows {
  /** All of them, those that stood there before as well. */
  conversations: string[];
}

/** What replies and notes have in common. */
export interface Writing {
  conversation: string;
  text?: string;
  /** Ids of uploads that wait for a message. */
  attachments?: string[];
  client_id: string;
  reply_to?: string | null;
  /** The text has places to fill (an empty one is the macro's own), and what the macro does is done with the send. */
  macro?: string | null;
  /** What is done with the send; None: what the macro does. */
  actions?: ActsSent | null;
}

export interface Note {
  conversation: string;
  text?: string;
  attachments?: string[];
  client_id: string;
  reply_to?: string | null;
  macro?: string | null;
  actions?: ActsSent | null;
  /** Agents and teams that a note names: they are told, and watch from now on. */
  mentions?: string[];
}

export interface Reply {
  conversation: string;
  text?: string;
  attachments?: string[];
  client_id: string;
  reply_to?: string | null;
  macro?: string | null;
  actions?: ActsSent | null;
  /** None: the conversation's current leg. */
  leg?: string | null;
  /** The position up to which the agent had read: an answer to something older is stopped. */
  seen?: number | null;
  anyway?: boolean;
  /** ms in which the agent may take it back (`undo_send`): nobody but agents is told of it until they are over. */
  hold?: number;
}

export interface Start {
  account: string;
  identity?: string | null;
  /** Whom to write to: an identity, or a contact who has one on this account. */
  contact?: string | null;
  text: string;
  subject?: string;
  client_id: string;
}

export interface EditMessage {
  message: string;
  text: string;
}

export interface EraseMessage {
  message: string;
}

export interface Written {
  position: number;
  message: MessageView;
}

export interface Started {
  position: number;
  message: MessageView;
  conversation: ConversationView;
}

/** For accounts whose customers come to our own page or frame. */
export interface EmbedView {
  /** The hosted page's whole address. */
  page: string;
  /** The tag for the business's own pages. */
  script: string;
  /** The pages that may show it. */
  origins: string[];
}

export interface AccountSetup {
  id: string;
  /** When a customer last wrote there, UTC ms. */
  heard_at: number | null;
  /** The name of the team whose queue new conversations enter; empty: everybody's. */
  team: string;
  embed: EmbedView | null;
}

export interface ChannelExample {
  type: string;
  /** A section for config.toml, to be changed and kept; explained in either language. */
  section: WordsView;
}

export interface AccountsSetup {
  accounts: AccountSetup[];
  examples: ChannelExample[];
}

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

export interface AgentAnswer {
  agent: AgentView;
}

export interface AgentAdded {
  agent: AgentView;
  /** Where the new agent chooses a password; works once. */
  link: string;
}

export interface LinkMade {
  /** Hand it over by a way you trust; works once. */
  link: string;
}

/** Lines of a CSV file read at a time. */
export const CHUNK = 1000;

export interface AuditFilter {
  /** Who did it. */
  agent?: string | null;
  /** Of docs/log.md; one that never happens finds nothing. */
  kind?: string | null;
  /** Its id or its number. */
  conversation?: string | null;
  /** From this moment on. */
  after?: number | null;
  /** Before this moment. */
  until?: number | null;
}

export interface AuditQuery {
  agent?: string | null;
  kind?: string | null;
  conversation?: string | null;
  after?: number | null;
  until?: number | null;
  before?: string | null;
  limit?: number | null;
}

export interface AuditLine {
  position: number;
  at: number;
  kind: string;
  actor: ActorView;
  subject: string | null;
  changes: Record<string, unknown>;
  conversation: string | null;
  /** The conversation's. */
  number: number | null;
  message: string | null;
  contact: string | null;
}

export interface AuditPage {
  lines: AuditLine[];
  before: string | null;
}

export interface ContactsQuery {
  q?: string;
  /** Those whose messages no longer reach the team. */
  blocked?: "only" | null;
  before?: string | null;
  limit?: number | null;
}

export interface PageQuery {
  before?: string | null;
  limit?: number | null;
}

export interface MergeInto {
  into: string;
}

export interface ContactAnswer {
  contact: ContactView;
}

export interface ContactChanged {
  position: number;
  contact: ContactView;
}

export interface MergesList {
  merges: MergeView[];
}

export interface ListQuery {
  status?: "open" | "snoozed" | "closed" | "spam" | null;
  /** An agent's id, `me` or `none`. */
  assignee?: string | null;
  /** A team's id or `none`. */
  team?: string | null;
  /** One, or several with commas between them: all of them. */
  tag?: string | null;
  q?: string;
  /**
   * `waiting`: who waits longest first, then the others. With this, the next three or several tags `q` does not
   * count, and the status is `open` unless it is said.
   */
  sort?: "activity" | "waiting" | null;
  account?: string | null;
  unread?: boolean;
  /** ms for which the customer has waited at least. */
  waiting_over?: number | null;
  /**
   * The caller's own lists: where the caller was named, the newest first; what the caller watches. With them only
   * `status` counts.
   */
  view?: string | null;
  before?: string | null;
  limit?: number | null;
}

export interface HistoryQuery {
  before?: string | null;
  after?: string | null;
  /** A message of this conversation: as many before it as after it. */
  around?: string | null;
  limit?: number | null;
}

export interface WriteMessage {
  text?: string;
  visibility: "public" | "note";
  leg?: string | null;
  attachments?: string[];
  client_id: string;
  seen?: number | null;
  anyway?: boolean;
  /** With visibility `public`: ms in which it may be taken back (`POST /messages/{id}/undo`) before it is sent. */
  hold?: number;
  reply_to?: string | null;
  macro?: string | null;
  /** What is done with it; None: what the macro does. */
  actions?: ActsSent | null;
  /** With visibility `note`. */
  mentions?: string[];
}

/** What is left out stays. `assignee` and `team` may be null: nobody's, everybody's. */
export interface ChangeConversation {
  status?: "open" | "snoozed" | "closed" | "spam" | null;
  /** With status `snoozed`. */
  snoozed_until?: number | null;
  assignee?: string | null;
  team?: string | null;
  leg?: string | null;
  /** Exactly these from now on. */
  tags?: string[] | null;
  subject?: string | null;
  priority?: number | null;
  attributes?: Record<string, unknown> | null;
}

export interface ConversationAnswer {
  position: number;
  conversation: ConversationView;
}

export interface MakeTeam {
  name: string;
  members?: string[];
}

export interface ChangeTeam {
  name?: string | null;
  retired?: boolean | null;
  /** Exactly these agents from now on. */
  members?: string[] | null;
}

export interface ChangeTag {
  name?: string | null;
  colour?: string | null;
  retired?: boolean | null;
}

/** What it is called in a language; in one that says nothing, by its `label`. */
export interface Labels {
  en?: string;
  ko?: string;
}

export interface MakeAttribute {
  target: "contact" | "conversation" | "organisation";
  key: string;
  label: string;
  labels?: Labels;
  type: "text" | "number" | "date" | "boolean" | "choice" | "url";
  choices?: string[];
}

export interface ChangeAttribute {
  label?: string | null;
  /** All of them. */
  labels?: Labels | null;
  choices?: string[] | null;
  retired?: boolean | null;
}

export interface MakeOrganisation {
  name: string;
  domain?: string | null;
  attributes?: Record<string, unknown>;
}

export interface ChangeOrganisation {
  name?: string | null;
  /** null takes it away. */
  domain?: string | null;
  attributes?: Record<string, unknown> | null;
}

export interface OrganisationsQuery {
  q?: string;
  before?: string | null;
  limit?: number | null;
}

export interface TeamsList {
  teams: TeamView[];
}

export interface TeamAnswer {
  team: TeamView;
}

export interface TagsList {
  tags: TagView[];
}

export interface TagAnswer {
  tag: TagView;
}

export interface AttributesList {
  attributes: AttributeView[];
}

export interface AttributeAnswer {
  attribute: AttributeView;
}

export interface OrganisationsPage {
  organisations: OrganisationView[];
  before: string | null;
}

export interface OrganisationAnswer {
  organisation: OrganisationView;
}

export interface Holiday {
  date: string;
  name?: string;
}

export interface Override {
  date: string;
  name?: string;
  /** None: closed. */
  ranges?: unknown[][];
}

export interface SetHours {
  /** An IANA name, such as Asia/Seoul. */
  zone: string;
  /** A day left out is closed. */
  week: Record<string, unknown[][]>;
  /** Closed, every year said anew. */
  holidays?: Holiday[];
  /** Days on which these ranges count, whatever week and holidays say. */
  overrides?: Override[];
}

export interface HoursList {
  hours: HoursView[];
}

export interface HoursAnswer {
  hours: HoursView;
}

/** How a team with these hours would stand at this moment. */
export interface HoursTried {
  open: boolean;
  /** When that changes, UTC ms; None: not within sight. */
  until: number | null;
}

export interface WriteContactNote {
  text: string;
  client_id: string;
}

export interface ChangeContactNote {
  text: string;
}

export interface EventsQuery {
  /** Left out: only the cursor of this moment is told. */
  after?: string | null;
  /** Milliseconds to wait for something to happen, at most `[limits] events_wait`. */
  wait?: number;
  limit?: number | null;
}

export interface EventsPage {
  /** Pass as `?after=` next time. */
  cursor: string;
  position: number;
  /** What the caller may see of it; may be empty. */
  events: AgentEvent[];
  /** There is more already: ask again at once. */
  more: boolean;
}

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

/** Movements of a leg's watermarks that are looked through for one message. */
export const SEEN_MOST = 500;

export interface VersionView {
  text: string;
  /** Since when it read so, UTC ms. */
  at: number;
}

export interface VersionsList {
  /** The oldest first; the last is how it reads now. Of an erased message none. */
  versions: VersionView[];
}

export interface SeenView {
  /** UTC ms; None: not yet, or before the log begins. */
  delivered_at: number | null;
  read_at: number | null;
}

export interface ChangeMessage {
  text: string;
}

export interface NoticesQuery {
  before?: string | null;
  limit?: number | null;
}

export const KIB = 1024;

/** Bytes of a call's body that are told as text; the whole of it comes as a file. */
export const PARKED_SHOWN = 65536;

export interface ParkedQuery {
  state?: "waiting" | "discarded";
  before?: string | null;
  limit?: number | null;
}

export interface ParkedView {
  id: string;
  account: string;
  /** When it came, UTC ms. */
  at: number;
  method: string;
  url: string;
  /** Bytes of its body. */
  size: number;
  reason: "unreadable" | "refused" | "fault";
  /** What the error said, in the words of the program. */
  detail: string;
  tries: number;
  tried_at: number;
  discarded_at: number | null;
}

export interface ParkedBody {
  id: string;
  account: string;
  at: number;
  method: string;
  url: string;
  size: number;
  reason: "unreadable" | "refused" | "fault";
  detail: string;
  tries: number;
  tried_at: number;
  discarded_at: number | null;
  headers: Record<string, string>;
  /** The body as text, or its beginning; what is none is shown by replacement characters. */
  text: string;
  /** Is that all of it? */
  whole: boolean;
}

export interface ParkedPage {
  parked: ParkedView[];
  before: string | null;
  /** How many wait in all. */
  waiting: number;
  /** Days after which what waits is swept. */
  kept: number;
}

export interface ParkedAnswer {
  parked: ParkedBody;
}

export interface ReplayAnswer {
  /** As it is parked still; None: all of it has been taken in. */
  parked: ParkedView | null;
}

export interface ReplayedAll {
  taken: number;
  failed: number;
  /** Not tried for want of time: ask again. */
  left: number;
}

export const PICTURE_BYTES = 524288;

export const PICTURE_SIDE = 1024;

export interface ChangeProfile {
  name: string;
}

export interface ProfileAnswer {
  agent: AgentView;
}

export interface PushView {
  /** The browser's `applicationServerKey`. */
  key: string;
  /** Does this deployment speak to push services at all? */
  allowed: boolean;
  /** Is the calling session's browser told? */
  subscribed: boolean;
}

export interface PushTried {
  /** Taken by the push service; unknown to it, so forgotten; not taken. */
  outcome: "sent" | "gone" | "failed";
}

/** ms */
export const LONGEST_WAIT = 31622400000;

/** What is left out does not count. */
export interface FilterSent {
  status?: "open" | "snoozed" | "closed" | "spam";
  /** A team's id or `none`. */
  team?: string | null;
  /** An agent's id, `me` (whoever reads it) or `none`. */
  assignee?: string | null;
  /** All of them. */
  tags?: string[];
  account?: string | null;
  unread?: boolean;
  /** ms for which the customer has waited at least. */
  waiting_over?: number | null;
}

export interface MakeView {
  name: string;
  scope?: "all" | "teams" | "personal";
  /** With scope `teams`. */
  teams?: string[];
  filter: FilterSent;
  sort?: "activity" | "waiting";
}

/** What is left out stays. */
export interface ChangeView {
  name?: string | null;
  scope?: "all" | "teams" | "personal" | null;
  teams?: string[] | null;
  /** All of it anew. */
  filter?: FilterSent | null;
  sort?: "activity" | "waiting" | null;
  retired?: boolean | null;
}

export interface ViewsQuery {
  /** Those that are no longer in use, too. */
  retired?: boolean;
}

export interface ViewQuery {
  before?: string | null;
  limit?: number | null;
}

export interface ViewsList {
  views: SavedView[];
  position: number;
}

export interface ViewAnswer {
  view: SavedView;
}

export interface ViewCounts {
  /** By view; 100 means more than 99. */
  counts: Record<string, number>;
  position: number;
}

export interface SearchQuery {
  /** Words, and filters: `from:` `tag:` `channel:` `has:` `status:` `assignee:` `after:` `before:`. */
  q: string;
  /** The IANA time zone at whose midnight the days of `after:` and `before:` begin. */
  zone?: string;
  before?: string | null;
  limit?: number | null;
}

export interface SignIn {
  email: string;
  password: string;
  totp?: string | null;
}

export interface Follow {
  link: string;
  password?: string | null;
  name?: string | null;
  email?: string | null;
  totp?: string | null;
}

export interface LookAtLink {
  link: string;
}

export interface NewPassword {
  old: string;
  new: string;
}

export interface ShowPassword {
  /** Empty for whoever has none. */
  password?: string;
}

export interface ShowCode {
  code: string;
}

export interface MakeToken {
  name: string;
  expires_at?: number | null;
}

export interface SignedIn {
  agent: AgentView;
}

export interface Followed {
  agent: AgentView;
  purpose: "first_admin" | "reset" | "demo";
}

export interface LinkSeen {
  purpose: "first_admin" | "reset" | "demo";
}

export interface SessionNow {
  agent: AgentView;
  /** UTC ms; None for a token that does not end. */
  expires_at: number | null;
  /** Is there one to sign in by? The demo's people have none. */
  password: boolean;
  second_factor: boolean;
  /** How many still work. */
  recovery_codes: number;
}

export interface SessionView {
  id: string;
  created_at: number;
  seen_at: number;
  expires_at: number;
  address: string;
  browser: string;
  current: boolean;
}

/** Wrong codes of the second factor, after the right password: somebody may know it. Times in UTC ms. */
export interface FailedCodes {
  count: number;
  since: number;
  last_at: number;
  /** Where the last one came from. */
  address: string;
}

export interface SessionsList {
  sessions: SessionView[];
  /** Since the agent last took note (`DELETE /session/failures`). */
  failures: FailedCodes | null;
}

export interface FactorBegun {
  secret: string;
  /** For the QR code. */
  uri: string;
}

export interface RecoveryCodes {
  /** Shown this once: each stands in for the authenticator one time. */
  codes: string[];
}

export interface TokenView {
  id: string;
  name: string;
  created_at: number;
  seen_at: number | null;
  expires_at: number | null;
}

export interface TokensList {
  tokens: TokenView[];
}

export interface TokenMade {
  id: string;
  /** Shown this once. */
  token: string;
}

export interface UploadQuery {
  name?: string;
}

export interface FileUploaded {
  /** Waiting for a message to name its id; swept after a day. */
  attachment: AttachmentView;
}

/** What each command takes and answers. */
export interface Commands {
  assign: { args: Assign; value: Done };
  set_team: { args: SetTeam; value: Done };
  close: { args: OnConversation; value: Done };
  reopen: { args: OnConversation; value: Done };
  snooze: { args: Snooze; value: Done };
  mark_spam: { args: OnConversation; value: Done };
  unmark_spam: { args: OnConversation; value: Done };
  tag: { args: Tag; value: Done };
  make_tag: { args: MakeTag; value: MadeTag };
  set_subject: { args: SetSubject; value: Done };
  set_priority: { args: SetPriority; value: Done };
  set_attributes: { args: SetAttributes; value: Done };
  switch_leg: { args: SwitchLeg; value: Done };
  apply_macro: { args: ApplyMacro; value: Rendered };
  run_macro: { args: RunMacro; value: Done };
  mark_read: { args: MarkRead; value: Kept };
  save_draft: { args: SaveDraft; value: Kept };
  set_availability: { args: SetAvailability; value: Kept };
  set_preferences: { args: SetPreferences; value: Kept };
  watch: { args: OnConversation; value: Kept };
  unwatch: { args: OnConversation; value: Kept };
  read_notices: { args: ReadNotices; value: Kept };
  reply: { args: Reply; value: Written };
  note: { args: Note; value: Written };
  start: { args: Start; value: Started };
  edit_message: { args: EditMessage; value: Done };
  erase_message: { args: EraseMessage; value: Done };
  save_along: { args: SaveAlong; value: Kept };
  bulk: { args: Bulk; value: Bulked };
  undo_bulk: { args: UndoBulk; value: Unbulked };
  update_contact: { args: UpdateContact; value: Done };
  block: { args: OnContact; value: Done };
  unblock: { args: OnContact; value: Done };
  erase_contact: { args: OnContact; value: Done };
  undo_send: { args: OnHeld; value: Undone };
  send_now: { args: OnHeld; value: Written };
  add_contact_note: { args: AddContactNote; value: Noted };
  edit_contact_note: { args: EditContactNote; value: Noted };
  remove_contact_note: { args: OnContactNote; value: Done };
  merge: { args: Merge; value: Merged };
  split: { args: Split; value: SplitOff };
  undo_merge: { args: UndoMerge; value: Done };
  merge_contacts: { args: MergeContacts; value: Merged };
  split_contact: { args: SplitContact; value: ContactSplit };
  show_rows: { args: ShowRows; value: Kept };
}

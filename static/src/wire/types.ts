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

/** What macros and saved views have in common: one's own, of teams or everybody's. */
export interface SharedView {
  id: string;
  name: string;
  scope: "all" | "teams" | "personal";
  teams: string[];
  owner: string;
  retired: boolean;
  changed_at: number;
}

/** A text with places to fill, and what is done to the conversation once it is sent. */
export interface MacroView extends SharedView {
  text: string;
  actions: ActsView;
  /** How often the reader has used it. */
  used: number;
  used_at: number | null;
  used_by_all: number;
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
export interface LineView extends Line {
  /** What the contacts in `changes` are called today, by their ids. */
  names?: Record<string, string>;
  /** The numbers of the conversations that `changes` says were merged `into` or `from`, or split off, by their ids. */
  numbers?: Record<string, number>;
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

export interface SavedView extends SharedView {
  filter: FilterView;
  sort: "activity" | "waiting";
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
export interface OverrideView extends HolidayView {
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

// Made from the wires in Python by `make types`; change those, not this file.

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
  /** A longer text goes in several messages, each of so many characters at most. */
  part_length: number | null;
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
  /** What shows the customer that an agent types also shows her that hers was read. */
  typing_reads: boolean;
  typing_preview: boolean;
  read_in: boolean;
  read_out: boolean;
  delivery_states: boolean;
  reply_window: number | null;
  /** Does anything of ours go out by it? Else it is only read: 422 `errors.receives_only`. */
  sends: boolean;
  may_start: boolean;
  /** Its templates are listed by `GET /templates?account=ID`, and may be sent when the window has closed. */
  templates: boolean;
  /** A link of the web may lead a customer here (`invite`). */
  invites: boolean;
  /**
   * How many people one message may go to. More than one: `to`, `cc`, `bcc` and `quote` may be said with a reply, and
   * `GET /conversations/ID/recipients` tells whom an answer goes to.
   */
  recipients: number;
  /** Files too large to go along go as links, which live so many ms at least; null: files never go as links. */
  link_life: number | null;
  /** Bytes of a message's files together beyond which the largest go as links; null: never. */
  links_above: number | null;
}

export interface AccountView {
  id: string;
  label: WordsView;
  icon: string;
  state: "active" | "paused" | "retired";
  /** `auth_failed`: its provider does not take our credentials, what is written waits (`resume_account`). */
  reason: string | null;
  /**
   * Why nothing comes in by it: our credentials are not taken, its server is not to be reached, or our own door
   * cannot be opened; null: it does.
   */
  receiving: "auth_failed" | "away" | "deaf" | null;
  /** Why nothing goes out by it, though its provider does not refuse a message: as `receiving`. */
  sending: "auth_failed" | "away" | null;
  /** The path of the page on which its customers write, where that is ours. */
  chat: string | null;
  /** What it writes from, as people read it, where it has one address that we know. */
  address: string | null;
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

/** Which conversations a saved view shows; null, empty or false does not count. */
export interface FilterView {
  /** `any`: all of them but spam. */
  status: "open" | "snoozed" | "closed" | "spam" | "any";
  team: string | null;
  assignee: string | null;
  tags: string[];
  account: string | null;
  unread: boolean;
  waiting_over: number | null;
  priority: number | null;
}

export interface SavedView extends SharedView {
  filter: FilterView;
  sort: "activity" | "waiting";
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

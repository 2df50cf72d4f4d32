// What this browser knows. Views read it, only the reducers beside this file make a new one.

import type {
  AlongView,
  AgentView,
  AttachmentView,
  ContactView,
  ConversationSignals,
  ConversationView,
  DirectoryView,
  FollowedView,
  LimitsView,
  LineView,
  MessageView,
  NoticeView,
  ProblemView,
  SavedView,
} from "../../wire";
import type { Ids } from "./ids";

export type Status = ConversationView["status"];
export type Mode = "public" | "note";

/** Which conversations a list holds; a part left out does not matter. */
export interface Filter {
  /** `any`: all but spam. */
  status: Status | "any";
  /** An agent's id, or null for nobody's. */
  assignee?: string | null;
  team?: string | null;
  tag?: string;
  /** All of them. */
  tags?: readonly string[];
  account?: string;
  unread?: boolean;
  /** ms for which the customer has waited at least. */
  waiting_over?: number;
  /** 0 (none) to 4 (urgent). */
  priority?: number;
  /** Who waits longest first, or what wakes first; left out: the newest message first. */
  sort?: "waiting" | "wakes";
  /** Where colleagues named this agent, what the agent watches, or where our last message failed: in the server's order. */
  view?: "mentions" | "watched" | "undelivered";
}

/** One list as far as it has been read: `ids` are all of it down to `bound`, the sort key of the last page's end. */
export interface List {
  filter: Filter;
  ids: Ids;
  /** Null: read to its very end. */
  bound: Key | null;
  before: string | null;
  phase: Phase;
}

/** Where a row stands: groups one after the other, in group 0 the earliest `at` first, in the others the latest. */
export interface Key {
  group: -1 | 0 | 1;
  at: number;
  id: string;
}

export type Phase = "asked" | "ready" | "failed";

/** `asOf`: the position whose form of the message this is; a newer form replaces it. */
export interface Row {
  message: MessageView;
  asOf: number;
}

/** One conversation's history as far as it has been read, always a whole stretch up to now. */
export interface Thread {
  rows: readonly Row[];
  lines: readonly LineView[];
  /** Where older ones go on; null: the beginning has been read. */
  before: string | null;
  /** Where newer ones go on, when a link led into the middle; without one the end is here. */
  after?: string | null;
  phase: Phase;
  /** Where a merge or a split stands in the log that may have moved messages since it was read (0: none did): shown until
   *  it is read anew, at that place or later. */
  stale: number;
}

/** An act on its way: told to the server again after every reconnect until it is answered. */
export interface Pending {
  /** The command's id on the socket, and the client_id where the command has one. */
  id: string;
  name: string;
  args: Readonly<Record<string, unknown>>;
  at: number;
  /** Of which epoch the positions in `args` are: in another one they mean nothing. */
  epoch: string | null;
  state: "waiting" | "failed";
  problem: ProblemView | null;
  /** What a message on its way carries, to draw it before the server has it. */
  files: readonly AttachmentView[];
  /** A template as it reads: its act has only what was filled in. */
  words?: string;
  /** Answered; it leaves when the log has come this far, so that nothing flickers in between. */
  settlesAt: number | null;
}

/** What this agent is told of, the newest first, as far as it has been read. */
export interface Notices {
  unread: number;
  /** It is quiet time: nothing may ring. As of the newest that was told. */
  quiet: boolean;
  items: readonly NoticeView[];
  /** Where older ones go on; null: there are none. Undefined: not asked yet. */
  before: string | null | undefined;
  phase: Phase;
}

/** A customer of one's own is on the site again. `toldAt`: by this browser's clock. */
export interface Back {
  conversation: string;
  number: number;
  contact: string;
  toldAt: number;
}

/** How long a row says that its customer has come back, ms. */
export const RETURNED_FOR = 120_000;

export interface Signals {
  agents: Readonly<Record<string, "online" | "away" | "busy">>;
  conversation: ConversationSignals | null;
  /** When it was told, by this browser's clock. */
  toldAt: number;
}

/** The server is there, its database is not: gone for now, or being carried over to another. */
export type Away = "database" | "moving" | null;

export type Connection = "connecting" | "online" | "waiting" | "offline" | "signed_out" | "outdated";

export interface State {
  /** Rises when everything known was dropped: what is on the screen is read anew. 0: nothing has come yet. */
  generation: number;
  connection: Connection;
  /** When the next try to connect is due, by this browser's clock. */
  retryAt: number | null;
  /** The server answers, but no socket comes through to it. */
  blocked: boolean;
  away: Away;
  /** The front end this page is of: what the server served when it came. */
  bundle: string | null;
  /** The server serves another one by now: reload when nobody is in the middle of something. */
  isOld: boolean;
  cursor: string | null;
  /** Which life of the database positions are of: a restored one counts on from an earlier day. */
  epoch: string | null;
  position: number;
  /** The server's clock minus this browser's, ms. */
  skew: number;
  limits: LimitsView;
  /** What holds for agents who have not said whether they take what they answer. */
  takesOnReply: boolean;
  me: AgentView | null;
  directory: DirectoryView;
  counts: ReadonlyMap<string, number>;
  conversations: ReadonlyMap<string, ConversationView>;
  /** Conversations that left this agent's view, and where: older pages do not bring them back. */
  gone: ReadonlyMap<string, number>;
  contacts: ReadonlyMap<string, ContactView>;
  /** What was learned while a list is asked for, and of which position: its page may be older than that. */
  lately: ReadonlyMap<string, number>;
  lists: ReadonlyMap<string, List>;
  /** The saved views this agent may use; null: not read yet. */
  views: readonly SavedView[] | null;
  /** Rises when saved views have changed: who shows them reads them again. */
  viewsRound: number;
  /** Rises when one of those has moved: who shows such a list reads it again. */
  followedRound: number;
  /** The server's time at which it was last weighed who has waited how long. */
  clock: number;
  threads: ReadonlyMap<string, Thread>;
  read: ReadonlyMap<string, number>;
  /** Every read mark above this position is known; what has none was not read so far. */
  readAbove: number;
  /** Marked unread by the agent: looking at them does not read them until they are opened anew. */
  keptUnread: ReadonlySet<string>;
  drafts: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** What goes with the drafts; null: nothing any more. */
  along: ReadonlyMap<string, Readonly<Record<string, AlongView | null>>>;
  preferences: Readonly<Record<string, unknown>>;
  /** What this agent says of themselves by hand. */
  availability: "online" | "away" | "busy";
  notices: Notices;
  /** Open conversations in the agent's own lists; 100 means more than 99. */
  followed: FollowedView;
  /** What is known of conversations that were opened or changed. */
  watching: ReadonlyMap<string, boolean>;
  back: Back | null;
  /** Conversations of nobody in the agent's teams whose customers have just come back, and when they were told. */
  returned: ReadonlyMap<string, number>;
  /** Of the rows that are shown: whose customers are on the site. */
  onSite: ReadonlySet<string>;
  signals: Signals;
  pending: readonly Pending[];
}

export const NO_SIGNALS: Signals = { agents: {}, conversation: null, toldAt: 0 };

/** Until the server has told its own. */
const FIRST_LIMITS: LimitsView = {
  typing_repeat: 3000,
  typing_expires: 6000,
  presence_ping: 20_000,
  presence_expires: 60_000,
  text_length: 20_000,
  upload_bytes: 25_000_000,
  upload_count: 10,
  page: 50,
  places: [],
};

export function emptyState(): State {
  return {
    generation: 0,
    connection: "connecting",
    retryAt: null,
    blocked: false,
    away: null,
    bundle: null,
    isOld: false,
    cursor: null,
    epoch: null,
    position: 0,
    skew: 0,
    limits: FIRST_LIMITS,
    takesOnReply: false,
    me: null,
    directory: { agents: [], teams: [], tags: [], attributes: [], accounts: [] },
    counts: new Map(),
    conversations: new Map(),
    gone: new Map(),
    contacts: new Map(),
    lately: new Map(),
    lists: new Map(),
    views: null,
    viewsRound: 0,
    followedRound: 0,
    clock: 0,
    threads: new Map(),
    read: new Map(),
    readAbove: Infinity,
    keptUnread: new Set(),
    drafts: new Map(),
    along: new Map(),
    preferences: {},
    availability: "online",
    notices: { unread: 0, quiet: false, items: [], before: undefined, phase: "ready" },
    followed: { mentions: 0, watched: 0, undelivered: 0 },
    watching: new Map(),
    back: null,
    returned: new Map(),
    onSite: new Set(),
    signals: NO_SIGNALS,
    pending: [],
  };
}

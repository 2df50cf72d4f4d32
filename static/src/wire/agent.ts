// Made from the wires in Python by `make types`; change those, not this file.

import type { ActsView, AgentView, DirectoryView } from "./house";
import type { AgentEvent, AttachmentView, CountView, NoticeView, WritingLimits } from "./types";

/** Raised when an older browser could misread us: it reloads then, its drafts saved. */
export const AGENT_PROTOCOL = 1;
/** What the agent may see has changed: connect again without a cursor. */
export const CLOSE_ACCESS = 4409;

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

/** A place outside where agents work, too (`pull_out`). */
export interface PlaceView {
  name: string;
  label: string;
}

/** Every timing and bound the browser keeps to. */
export interface LimitsView extends WritingLimits {
  presence_ping: number;
  presence_expires: number;
  page: number;
  /** Where else conversations can be worked. */
  places: PlaceView[];
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
  /** Ids of those that are withdrawn: what they told of has been settled meanwhile. */
  gone?: string[];
  /** It is the agent's quiet time: nothing may ring. */
  quiet: boolean;
}

/** How many open conversations stand in the agent's own lists; 100 means more than 99. */
export interface FollowedView {
  mentions: number;
  watched: number;
  /**
   * Running conversations that the agent may see and whose newest public message of ours did not arrive, or nobody
   * knows: exactly.
   */
  undelivered: number;
}

export interface WrittenTo {
  address: string;
  name?: string;
}

/** To whom a draft is to go, as far as its agent has said; what is left out is as answering all has it. */
export interface LetterView {
  to?: WrittenTo[];
  cc?: WrittenTo[];
  bcc?: WrittenTo[];
  subject?: string;
  quote?: boolean;
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
  /** Only where its agent has said to whom it is to go. */
  letter?: LetterView;
}

/** The agent's own: read marks by conversation (those asked for or changed), drafts by conversation and mode. */
export interface PrivateView {
  read?: Record<string, number>;
  /** With `read` at the start: every mark above this position is told, so what is not told was not read so far. */
  read_above?: number;
  /** Read marks that the agent has taken back to these positions: only this moves one down. */
  unread?: Record<string, number>;
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

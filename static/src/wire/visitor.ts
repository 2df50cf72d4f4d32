// Made from the wires in Python by `make types`; change those, not this file.

import type { CustomerEvent, CustomerMessage, SpeakerView, TeamState } from "./told";
import type { AttachmentView, WritingLimits } from "./types";

export const VISITOR_PROTOCOL = 1;

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
  /** The link she followed (`#go=`): she goes on as whom it was sent to, whoever this browser was before. */
  go?: string | null;
  /** With `go`: a random word of this browser's own, the same for each try of one link. */
  once?: string;
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

/**
 * POST session in place of a `SessionAnswer`: the link that was followed is over, or was followed elsewhere. Nobody
 * was let in; without the link anybody may begin.
 */
export interface LinkOver {
  over: true;
  settings: Record<string, unknown>;
}

export interface VisitorLimits extends WritingLimits {
  /** Of which types a file may be. */
  accepts: string[];
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

/** One account on which she may go on: her phone follows the link, and finds words written that bring her here. */
export interface Move {
  label: string;
  /** How one goes on there, inside a sentence. */
  by: string;
  link: string;
  word: string;
  /** The word counts as well when it is typed and sent there by hand. */
  number: string;
  /** The link as a QR code, drawn: the `d` of an SVG path of strokes of width 1, quiet zone included. */
  qr: string;
  /** Of the drawing, in modules. */
  side: number;
}

/** POST moves (an empty object): a fresh word for each account, for half an hour and one use. */
export interface Moves {
  ways: Move[];
  /**
   * The address, in part, to which a copy of the chat may go (`Copied`); null: none is proven to be hers,
   * or she wants no automatic mails there.
   */
  copy_to: string | null;
}

/**
 * POST transcript (an empty object): what was said in her newest conversation, by mail to the address that is
 * proven to be hers. Answered 201, or 200 where she has all of it: asked twice it goes once.
 */
export interface Copied {
  /** In part, as in `Moves.copy_to`. */
  address: string;
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
  /** As in `CustomerEvent`. */
  goes_by: Record<string, string> | null;
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

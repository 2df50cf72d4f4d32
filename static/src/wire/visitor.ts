// Made from the wires in Python by `make types`; change those, not this file.

import type { AttachmentView, CustomerEvent, CustomerMessage, SpeakerView, TeamState, WritingLimits } from "./types";

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

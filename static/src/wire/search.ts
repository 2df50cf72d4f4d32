// Made from the wires in Python by `make types`; change those, not this file.

import type { ProblemView } from "./agent";
import type { SnippetPart } from "./snippets";
import type { ConversationView, MessageView } from "./types";

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

/** Why a question could not be read. */
export interface MisreadView {
  problem: ProblemView;
  /** Questions that may have been meant. */
  instead: string[];
}

export interface HitsPage {
  hits: Hit[];
  before: string | null;
  /** Only where `explain` was asked for: without it such a question is answered 400. */
  misread?: MisreadView;
}

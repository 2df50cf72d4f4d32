// What stands above what among the palette's finds. Pure.

import type { ConversationView } from "../../../wire";

/** How likely a conversation is the one that is meant: what is open goes before what sleeps or is over. */
export interface Standing {
  status: ConversationView["status"];
  at: number;
}

export interface Rank {
  score: number;
  /** Of conversations alone. */
  stands?: Standing | undefined;
}

const FIRST: readonly ConversationView["status"][] = ["open", "snoozed", "closed", "spam"];

/** Negative when `a` stands above `b`: the better find. Between conversations found as well but for where in the line
 *  (a longer number stands before the name) what is open goes first, and then the one with the newest message. */
export function above(a: Rank, b: Rank): number {
  if (!a.stands || !b.stands) return b.score - a.score;
  return (
    Math.ceil(b.score) - Math.ceil(a.score) ||
    FIRST.indexOf(a.stands.status) - FIRST.indexOf(b.stands.status) ||
    b.stands.at - a.stands.at
  );
}

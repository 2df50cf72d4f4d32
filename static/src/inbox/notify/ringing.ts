// What rings, and what does not. Pure.

import type { NoticeView } from "../../wire";
import type { Notices } from "../store/state";
import type { Wishes } from "./wishes";

/** What is older when it is heard of is in the list and rings no more. */
const FRESH = 120_000; // ms

/** A notice that says more than before is another event. */
export function eventOf(notice: Pick<NoticeView, "id" | "position">): string {
  return `${notice.id} ${notice.position}`;
}

/** Tells what is new since it was last asked; the first time nothing is. */
export class Freshness {
  private met: Set<string> | null = null;

  of(notices: Notices, now: number): NoticeView[] {
    const before = this.met;
    this.met = new Set([...(before ?? []), ...notices.items.map(eventOf)]);
    if (!before) return [];
    return notices.items.filter((one) => !one.read && now - one.at < FRESH && !before.has(eventOf(one)));
  }
}

/** New customers are for whoever is there for them: `isHere` is false for who has said to be away or busy. */
export function rings(notice: NoticeView, wishes: Wishes, isQuiet: boolean, isHere = true): boolean {
  return !isQuiet && wishes.kinds[notice.kind] && (isHere || notice.kind !== "new");
}

const PAUSE = 20_000; // ms

/** However many customers come at once, they ring once; the line in the list counts on. */
export class Pace {
  private rang = -PAUSE;

  allows(notice: NoticeView, now: number): boolean {
    if (notice.kind !== "new") return true;
    if (now - this.rang < PAUSE) return false;
    this.rang = now;
    return true;
  }
}

/** What is told of the same thing later takes its place: one of everybody who is new. */
export function tagOf(notice: Pick<NoticeView, "kind" | "conversation">): string {
  return notice.kind === "new" ? "new" : notice.conversation;
}

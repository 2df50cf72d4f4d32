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

export function rings(notice: NoticeView, wishes: Wishes, isQuiet: boolean): boolean {
  return !isQuiet && wishes.kinds[notice.kind];
}

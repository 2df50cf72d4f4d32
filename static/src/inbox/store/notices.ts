// What an agent is told of, as it comes: newest first, every notice once, in its newest form. Pure.

import { type AgentEvent, LATEST, type NoticesPage, type NoticesView, type NoticeView } from "../../wire";
import type { Notices } from "./state";

function isNewer(one: NoticeView, than: NoticeView): boolean {
  if (one.position !== than.position) return one.position > than.position;
  // What was read stays read: an answer that was on its way meanwhile knows less.
  return one.read || !than.read;
}

/** Each once, in its newest form: a customer who writes again is the same notice further up. */
export function merged(known: readonly NoticeView[], told: readonly NoticeView[]): NoticeView[] {
  const byId = new Map(known.map((one) => [one.id, one]));
  for (const one of told) {
    const before = byId.get(one.id);
    if (!before || isNewer(one, before)) byId.set(one.id, one);
  }
  return [...byId.values()].sort((a, b) => b.at - a.at || (a.id < b.id ? 1 : -1));
}

/** LATEST are told at the start and after a cut. After a long one there may be others between what is told and what is known: then the known ones are read anew. */
function leavesGap(known: readonly NoticeView[], told: readonly NoticeView[]): boolean {
  if (told.length < LATEST || known.length === 0) return false;
  const ids = new Set(known.map((one) => one.id));
  return !told.some((one) => ids.has(one.id));
}

export function learnNotices(before: Notices, told: NoticesView): Notices {
  const gap = leavesGap(before.items, told.latest);
  const isFirst = before.before === undefined && before.items.length === 0;
  const gone = new Set(told.gone);
  const left = before.items.filter((one) => !gone.has(one.id));
  const items = merged(gap ? [] : left, told.latest).map((one) =>
    !one.read && told.read_to !== undefined && one.position <= told.read_to ? { ...one, read: true } : one,
  );
  const whole = isFirst && told.latest.length < LATEST;
  return { ...before, items, unread: told.unread, quiet: told.quiet, before: gap ? undefined : whole ? null : before.before };
}

export function takeNoticesPage(before: Notices, page: NoticesPage): Notices {
  return {
    ...before,
    items: merged(before.items, page.notices),
    unread: page.unread,
    before: page.before,
    phase: "ready",
  };
}

/** Read at once; the server tells the count of all a moment later. */
export function markNotices(before: Notices, does: (one: NoticeView) => boolean): Notices {
  const fresh = before.items.filter((one) => !one.read && does(one)).length;
  if (fresh === 0) return before;
  return {
    ...before,
    items: before.items.map((one) => (does(one) ? { ...one, read: true } : one)),
    unread: Math.max(0, before.unread - fresh),
  };
}

/** What has left this agent's view is told no more, and erased words are gone from here too. */
export function forgetIn(before: Notices, event: AgentEvent): Notices {
  if (event.kind === "left") {
    const kept = before.items.filter((one) => one.conversation !== event.conversation);
    if (kept.length === before.items.length) return before;
    const unread = before.items.filter((one) => one.conversation === event.conversation && !one.read).length;
    return { ...before, items: kept, unread: Math.max(0, before.unread - unread) };
  }
  const words = event.message && event.message.erased_at !== null ? event.message.id : null;
  if (words === null || !before.items.some((one) => one.message === words && one.text)) return before;
  return { ...before, items: before.items.map((one) => (one.message === words ? { ...one, text: "" } : one)) };
}

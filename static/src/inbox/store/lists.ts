// Which conversation stands in which list, and where. A list is kept as sorted ids, so an event costs a binary search,
// however long the list is. What an agent is named in or watches stands as the server told it: its order is the
// server's own.

import type { ConversationView } from "../../wire";
import type { Draft } from "./draft";
import { standingOf, standings, type Standing } from "./far";
import { Ids } from "./ids";
import type { Filter, Key, List, State } from "./state";

/** What says whether a conversation is unread, and how long its customer has waited. */
type Reader = Pick<State, "read" | "readAbove" | "clock">;

export function listKey(filter: Filter): string {
  const { status, assignee, team, tag, tags, account, unread, waiting_over, priority, sort, view } = filter;
  const parts = [status, assignee, team, tag, tags?.join(), account, unread, waiting_over, priority, sort, view];
  return JSON.stringify(parts.map((part) => part ?? part === null));
}

export function isUnreadBy(reader: Pick<State, "read" | "readAbove">, view: Standing): boolean {
  return (view.last_customer_position ?? 0) > (reader.read.get(view.id) ?? reader.readAbove);
}

export function belongs(view: Standing, filter: Filter, reader: Reader): boolean {
  return (
    view.merged_into === null &&
    (filter.status === "any" ? view.status !== "spam" : view.status === filter.status) &&
    (filter.assignee === undefined || view.assignee === filter.assignee) &&
    (filter.team === undefined || view.team === filter.team) &&
    (filter.tag === undefined || view.tags.includes(filter.tag)) &&
    (filter.tags === undefined || filter.tags.every((tag) => view.tags.includes(tag))) &&
    (filter.account === undefined || view.legs.some((leg) => leg.account === filter.account)) &&
    (filter.priority === undefined || view.priority === filter.priority) &&
    (filter.view !== "undelivered" || (view.trouble !== undefined && view.status !== "spam")) &&
    (filter.waiting_over === undefined || hasWaited(view, filter.waiting_over, reader)) &&
    (!filter.unread || isUnreadBy(reader, view))
  );
}

function hasWaited(view: Standing, span: number, { clock }: Reader): boolean {
  return view.waiting_since !== null && view.waiting_since < clock - span;
}

/** Above every row: what a list holds of which nothing has been read. */
export const ABOVE_ALL: Key = { group: -1, at: 0, id: "" };

/** Who waits longest stands first, then the others; what wakes first; or all of them by their newest message. */
function keyOf(view: Standing, filter: Filter): Key {
  if (filter.sort === "waiting" && view.waiting_since !== null) return { group: 0, at: view.waiting_since, id: view.id };
  if (filter.sort === "wakes" && view.snoozed_until !== null) return { group: 0, at: view.snoozed_until, id: view.id };
  return { group: 1, at: view.last_at, id: view.id };
}

/** Negative when `a` stands above `b`. */
function order(a: Key, b: Key): number {
  if (a.group !== b.group) return a.group - b.group;
  const newestFirst = b.at - a.at || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
  return a.group === 0 ? -newestFirst : newestFirst;
}

function within(view: Standing, list: List): boolean {
  return list.bound === null || order(keyOf(view, list.filter), list.bound) <= 0;
}

function placeOf(key: Key, list: List, ids: Ids, known: State["conversations"]): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const there = standingOf(known, ids.at(middle) as string);
    if (there && order(keyOf(there, list.filter), key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where it stands in a list; -1: it does not. */
function standsAt(view: Standing, list: List, known: State["conversations"]): number {
  if (list.filter.view) return list.ids.indexOf(view.id);
  const place = placeOf(keyOf(view, list.filter), list, list.ids, known);
  return list.ids.at(place) === view.id ? place : -1;
}

/** Nothing can stand in it before its first page has come. */
function isBlank(list: List): boolean {
  return list.phase === "asked" && list.ids.length === 0;
}

/** Puts the newer form of a conversation in place of the older one, in the map and in every list. */
export function replace(draft: Draft, before: Standing | undefined, after: ConversationView | null): void {
  const id = (after ?? before)?.id;
  if (id === undefined) return;
  const known = draft.write("conversations");
  for (const [name, list] of draft.state.lists) {
    if (isBlank(list)) continue;
    const place = before ? standsAt(before, list, known) : -1;
    const isThere = place >= 0;
    const belongsThere = after !== null && belongs(after, list.filter, draft.state) && (isThere || !list.filter.view);
    if (list.filter.view) {
      // Only the server knows what comes in, and where it stands; what goes out goes at once.
      if (isThere && !belongsThere) put(draft, name, list, list.ids.withoutPlace(place));
      continue;
    }
    const enters = belongsThere && within(after, list);
    if (isThere && enters && before && order(keyOf(before, list.filter), keyOf(after, list.filter)) === 0) continue;
    if (!isThere && !enters) continue;
    const others = isThere ? list.ids.withoutPlace(place) : list.ids;
    put(draft, name, list, enters ? others.with(id, placeOf(keyOf(after, list.filter), list, others, known)) : others);
  }
  if (after) known.set(id, after);
  else known.delete(id);
}

function put(draft: Draft, name: string, list: List, ids: Ids): void {
  draft.write("lists").set(name, { ...list, ids });
}

/** Its read mark has moved: lists of what is unread take it in or let it go. */
export function weighUnread(draft: Draft, id: string): void {
  const { conversations: known, lists } = draft.state;
  for (const [name, list] of lists) {
    if (!list.filter.unread || isBlank(list)) continue;
    const view = standingOf(known, id);
    if (!view) return;
    const place = standsAt(view, list, known);
    const enters = belongs(view, list.filter, draft.state) && within(view, list);
    if (place >= 0 === enters) continue;
    const at = place >= 0 ? place : placeOf(keyOf(view, list.filter), list, list.ids, known);
    put(draft, name, list, enters ? list.ids.with(id, at) : list.ids.withoutPlace(at));
  }
}

/** Time has passed: lists of who has waited so long take in those who have by now. */
export function weighWaiting(draft: Draft, clock: number): void {
  const { state } = draft;
  state.clock = clock;
  for (const [name, list] of state.lists) {
    if (list.filter.waiting_over === undefined || isBlank(list)) continue;
    const ids = standing(standings(state.conversations), list, undefined, state);
    const before = list.ids.slice(0);
    if (ids.length !== before.length || ids.some((id, at) => id !== before[at])) put(draft, name, list, Ids.of(ids));
  }
}

/** All of these that belong to a list down to its bound, in order; without what stands above a former bound. */
function standing(
  these: Iterable<Standing>,
  list: List,
  former: List | undefined,
  reader: Reader,
): string[] {
  const found: Standing[] = [];
  for (const view of these) {
    if (belongs(view, list.filter, reader) && within(view, list) && !(former && within(view, former))) found.push(view);
  }
  return found
    .sort((a, b) => order(keyOf(a, list.filter), keyOf(b, list.filter)))
    .map((view) => view.id);
}

/** Is a page of a list on its way? */
export function isAsked(lists: State["lists"]): boolean {
  for (const list of lists.values()) if (list.phase === "asked") return true;
  return false;
}

/** What a page's arrival makes of a list: everything known that belongs down to its new bound. Down to its former bound
 *  that stands there already; below it the page tells all there is, but for what was learned since it was asked for. */
export function extended(
  state: State,
  list: List,
  former: List | undefined,
  page: readonly ConversationView[],
): Ids {
  const { conversations: known, lately } = state;
  if (list.filter.view) return asTold(known, list, former, state, page);
  if (former?.phase !== "asked") return (former?.ids ?? Ids.NONE).concat(standing(standings(known), list, former, state));
  const ids = new Set([...page.map((view) => view.id), ...lately.keys()]);
  const met = [...ids].flatMap((id) => standingOf(known, id) ?? []);
  return former.ids.concat(standing(met, list, former, state));
}

/** In the order in which the server tells them. */
function asTold(
  known: State["conversations"],
  list: List,
  former: List | undefined,
  reader: Reader,
  page: readonly ConversationView[],
): Ids {
  const there = new Set(former?.ids);
  const fresh = page.filter(({ id }) => {
    const view = standingOf(known, id);
    return view && !there.has(id) && belongs(view, list.filter, reader);
  });
  return (former?.ids ?? Ids.NONE).concat(fresh.map((view) => view.id));
}

/** The sort key at which a page ends; null when it was the last. */
export function boundOf(page: readonly ConversationView[], before: string | null, filter: Filter): Key | null {
  const last = page[page.length - 1];
  return before === null || !last ? null : keyOf(last, filter);
}

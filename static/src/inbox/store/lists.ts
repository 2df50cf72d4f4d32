// Which conversation stands in which list, and where: newest activity first. A list is kept as sorted ids, so an event
// costs a binary search and a copy, however long the list is.

import type { ConversationView } from "../../wire";
import type { Draft } from "./draft";
import type { Filter, Key, List } from "./state";

export function listKey(filter: Filter): string {
  return JSON.stringify([filter.status, filter.assignee, filter.team, filter.tag].map((part) => part ?? part === null));
}

export function belongs(view: ConversationView, filter: Filter): boolean {
  return (
    view.merged_into === null &&
    view.status === filter.status &&
    (filter.assignee === undefined || view.assignee === filter.assignee) &&
    (filter.team === undefined || view.team === filter.team) &&
    (filter.tag === undefined || view.tags.includes(filter.tag))
  );
}

function keyOf(view: ConversationView): Key {
  return { at: view.last_at, id: view.id };
}

/** Negative when `a` stands above `b`. */
function order(a: Key, b: Key): number {
  return b.at - a.at || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

function within(view: ConversationView, list: List): boolean {
  return list.bound === null || order(keyOf(view), list.bound) <= 0;
}

function placeOf(key: Key, ids: readonly string[], known: ReadonlyMap<string, ConversationView>): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const there = known.get(ids[middle] as string);
    if (there && order(keyOf(there), key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Puts the newer form of a conversation in place of the older one, in the map and in every list. */
export function replace(draft: Draft, before: ConversationView | undefined, after: ConversationView | null): void {
  const id = (after ?? before)?.id;
  if (id === undefined) return;
  const known = draft.write("conversations");
  for (const [name, list] of draft.state.lists) {
    if (list.phase === "asked" && list.ids.length === 0) continue;
    const place = before && belongs(before, list.filter) ? placeOf(keyOf(before), list.ids, known) : -1;
    const isThere = place >= 0 && list.ids[place] === id;
    const belongsThere = after !== null && belongs(after, list.filter) && within(after, list);
    if (isThere && belongsThere && before && order(keyOf(before), keyOf(after)) === 0) continue;
    if (!isThere && !belongsThere) continue;
    const ids = list.ids.slice();
    if (isThere) ids.splice(place, 1);
    if (belongsThere) ids.splice(placeOf(keyOf(after), ids, known), 0, id);
    draft.write("lists").set(name, { ...list, ids });
  }
  if (after) known.set(id, after);
  else known.delete(id);
}

/** What a page's arrival makes of a list: everything known that belongs down to its new bound. Down to its former bound
 *  that stands there already. */
export function extended(known: Iterable<ConversationView>, list: List, former: List | undefined): string[] {
  const found: ConversationView[] = [];
  for (const view of known) {
    if (belongs(view, list.filter) && within(view, list) && !(former && within(view, former))) found.push(view);
  }
  const below = found.sort((a, b) => order(keyOf(a), keyOf(b))).map((view) => view.id);
  return former ? [...former.ids, ...below] : below;
}

/** The sort key at which a page ends; null when it was the last. */
export function boundOf(page: readonly ConversationView[], before: string | null): Key | null {
  const last = page[page.length - 1];
  return before === null || !last ? null : keyOf(last);
}

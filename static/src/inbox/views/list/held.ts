// What stays where it is while somebody looks at it.

import type { Ids } from "../../store/ids";

/** Rows keep their places while the pointer rests on them: what is new and what has moved waits; pages that were loaded
 *  below come below. `stands`: is it still in the list? Asked only of rows that have left their place. */
export function held(before: Ids, after: Ids, stands: (id: string) => boolean): Ids {
  const [left, come] = [before.besides(after), after.besides(before)];
  const there = new Set(come.flatMap(({ ids }) => ids));
  const were = new Set(left.flatMap(({ ids }) => ids));
  const kept = before.without(new Set([...were].filter((id) => !there.has(id) && !stands(id))));
  const last = kept.at(-1);
  if (last === undefined) return after;
  const end = after.lastIndexOf(last);
  return come.reduce((rows, { from, ids, chunk }) => {
    if (from > end && !ids.some((id) => were.has(id))) return rows.followedBy([chunk]);
    return rows.concat(ids.filter((id, at) => from + at > end && !were.has(id)));
  }, kept);
}

/** The conversation that is open stays in its list of unread ones until another is opened, though it is read now. */
export function withOpen(rows: Ids, before: Ids, open: string | null): Ids {
  if (open === null || rows.includes(open)) return rows;
  const at = before.indexOf(open);
  return at === -1 ? rows : rows.with(open, Math.min(at, rows.length));
}

/** What the agent has just brought back shows at once, where it belongs, though others wait: it is no news. */
export function withBack(rows: Ids, fresh: Ids, back: ReadonlySet<string>): Ids {
  let shown = rows;
  for (const id of back) {
    const at = fresh.indexOf(id);
    if (at === -1 || shown.includes(id)) continue;
    let next = at + 1;
    while (next < fresh.length && !shown.includes(fresh.at(next) as string)) next += 1;
    shown = shown.with(id, next < fresh.length ? shown.indexOf(fresh.at(next) as string) : shown.length);
  }
  return shown;
}

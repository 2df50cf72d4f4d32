// What stays where it is while somebody looks at it.

/** Rows keep their places while the pointer rests on them: what is new and what has moved waits; pages that were loaded
 *  below come below. `stands`: is it still in the list? */
export function steady(
  before: readonly string[],
  after: readonly string[],
  stands: (id: string) => boolean,
): readonly string[] {
  const kept = before.filter(stands);
  const last = kept[kept.length - 1];
  if (last === undefined) return after;
  const below = after.slice(after.lastIndexOf(last) + 1);
  const there = new Set(kept);
  return [...kept, ...below.filter((id) => !there.has(id))];
}

/** The same, without looking at each of a hundred thousand rows where most stand as they stood. */
export function held(
  before: readonly string[],
  after: readonly string[],
  stands: (id: string) => boolean,
): readonly string[] {
  const last = before[before.length - 1];
  const end = last === undefined ? -1 : after.lastIndexOf(last);
  if (end === -1) return steady(before, after, stands);
  let same = 0;
  while (same < before.length && same <= end && before[before.length - 1 - same] === after[end - same]) same++;
  if (same === before.length && end === before.length - 1) return after;
  const above = before.slice(0, before.length - same);
  const kept = above.filter(stands);
  const there = new Set(kept);
  const below = after.slice(end + 1).filter((id) => !there.has(id));
  // A copy of so many rows is waste that is collected while somebody scrolls: what is the same stays the same array.
  if (kept.length === above.length) return below.length === 0 ? before : before.concat(below);
  return kept.concat(before.slice(before.length - same), below);
}

/** The conversation that is open stays in its list of unread ones until another is opened, though it is read now. */
export function withOpen(rows: readonly string[], before: readonly string[], open: string | null): readonly string[] {
  if (open === null || rows.includes(open)) return rows;
  const at = before.indexOf(open);
  return at === -1 ? rows : rows.toSpliced(Math.min(at, rows.length), 0, open);
}

import type { CellView, CountView } from "../../wire";
import type { Draft } from "./draft";
import type { Filter } from "./state";

const SEPARATOR = "\n";

function cellKey(status: string, team: string | null, assignee: string | null, tag: string | null): string {
  return [status, team ?? "", assignee ?? "", tag ?? ""].join(SEPARATOR);
}

export function countsOf(views: readonly CountView[]): Map<string, number> {
  return new Map(views.map((view) => [cellKey(view.status, view.team, view.assignee, view.tag), view.n]));
}

function add(counts: Map<string, number>, cell: CellView, by: number): void {
  for (const tag of [null, ...cell.tags]) {
    const key = cellKey(cell.status, cell.team, cell.assignee, tag);
    const n = (counts.get(key) ?? 0) + by;
    if (n === 0) counts.delete(key);
    else counts.set(key, n);
  }
}

/** Moves a conversation from one cell to another; null is outside of what this agent sees. */
export function moveCounts(draft: Draft, was: CellView | null, now: CellView | null): void {
  if (!was && !now) return;
  const counts = draft.write("counts");
  if (was) add(counts, was, -1);
  if (now) add(counts, now, 1);
}

/** How many conversations a list has, exactly, whether it was read or not. */
export function countOf(counts: ReadonlyMap<string, number>, filter: Filter): number {
  let sum = 0;
  for (const [key, n] of counts) {
    const [status, team = "", assignee = "", tag = ""] = key.split(SEPARATOR);
    if (status !== filter.status || tag !== (filter.tag ?? "")) continue;
    if (filter.team !== undefined && team !== (filter.team ?? "")) continue;
    if (filter.assignee !== undefined && assignee !== (filter.assignee ?? "")) continue;
    sum += n;
  }
  return Math.max(0, sum);
}

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

const ANY = "*";
const sums = new WeakMap<ReadonlyMap<string, number>, Map<string, number>>();

/** Added up once for each state of the counts: every list asks for its own sum whenever one conversation moves. */
function sumsOf(counts: ReadonlyMap<string, number>): Map<string, number> {
  const there = sums.get(counts);
  if (there) return there;
  const made = new Map<string, number>();
  counts.forEach((n, key) => {
    const [status = "", team = "", assignee = "", tag = ""] = key.split(SEPARATOR);
    for (const t of [team, ANY]) {
      for (const a of [assignee, ANY]) {
        const sum = [status, t, a, tag].join(SEPARATOR);
        made.set(sum, (made.get(sum) ?? 0) + n);
      }
    }
  });
  sums.set(counts, made);
  return made;
}

/** Do the counts say how many conversations a list has? They know of status, team, assignee and one tag. */
export function isCounted(filter: Filter): boolean {
  const { tags, account, unread, waiting_over, priority, view } = filter;
  return filter.status !== "any" && !tags && account === undefined && !unread && waiting_over === undefined && priority === undefined && !view;
}

/** How many conversations a list has, exactly, whether it was read or not. */
export function countOf(counts: ReadonlyMap<string, number>, { status, team, assignee, tag }: Filter): number {
  const part = (value: string | null | undefined) => (value === undefined ? ANY : (value ?? ""));
  return Math.max(0, sumsOf(counts).get([status, part(team), part(assignee), tag ?? ""].join(SEPARATOR)) ?? 0);
}

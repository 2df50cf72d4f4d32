import type { AgentEvent, LineView, MessageView } from "../../wire";
import type { Draft } from "./draft";
import type { Row, Thread } from "./state";

export interface ThreadPage {
  messages: MessageView[];
  /** Replies held for undo, with the newest page. */
  held?: MessageView[];
  lines: LineView[];
  before: string | null;
  after?: string | null;
  position: number;
}

/** Which stretch of a history a page is. */
export type Stretch = "newest" | "older" | "newer" | "around";

/** Reading order. */
export function earlier(a: { at: number; position: number }, b: { at: number; position: number }): number {
  return a.at - b.at || a.position - b.position;
}

function joinRows(old: readonly Row[], fresh: readonly Row[]): Row[] {
  const byId = new Map(old.map((row) => [row.message.id, row]));
  for (const row of fresh) {
    const there = byId.get(row.message.id);
    if (!there || row.asOf >= there.asOf) byId.set(row.message.id, row);
  }
  return [...byId.values()].sort((a, b) => earlier(a.message, b.message));
}

function joinLines(old: readonly LineView[], fresh: readonly LineView[]): LineView[] {
  const byPosition = new Map(old.map((line) => [line.position, line]));
  for (const line of fresh) byPosition.set(line.position, line);
  return [...byPosition.values()].sort(earlier);
}

/** A page laid into a thread: the newest one anew (keeping what the log has brought since), an older one below it, a
 *  newer one above it, or one from the middle instead of what was there. */
export function joinPage(thread: Thread | undefined, page: ThreadPage, which: Stretch): Thread {
  const fresh = [...page.messages, ...(page.held ?? [])].map((message) => ({ message, asOf: page.position }));
  const ends = { before: page.before, after: page.after ?? null };
  // A page that was on its way while something was merged does not have it: the doubt stays.
  const reads = which === "newest" || which === "around";
  const doubt = thread?.stale ?? 0;
  const ready = { phase: "ready", stale: reads && doubt <= page.position ? 0 : doubt } as const;
  if (which === "around" && ends.after !== null)
    return { rows: joinRows([], fresh), lines: joinLines([], page.lines), ...ends, ...ready };
  const since = reads ? thread && arrivedSince(thread, page) : thread;
  return {
    rows: joinRows(fresh, since?.rows ?? []),
    lines: joinLines(page.lines, since?.lines ?? []),
    before: which === "newer" ? (thread?.before ?? null) : page.before,
    after: which === "older" ? (thread?.after ?? null) : ends.after,
    ...ready,
  };
}

function arrivedSince(thread: Thread, page: ThreadPage): Thread {
  return {
    ...thread,
    rows: thread.rows.filter((row) => row.asOf > page.position),
    lines: thread.lines.filter((line) => line.position > page.position),
  };
}

/** Would the thread's stretch hold something of this time? What lies beyond its ends comes with its own page. */
function reaches(thread: Thread, at: number): boolean {
  const first = thread.rows[0];
  const last = thread.rows.at(-1);
  return (
    (thread.before === null || !first || at >= first.message.at) &&
    (!thread.after || !last || at <= last.message.at)
  );
}

export function placeMessage(draft: Draft, message: MessageView, asOf: number): void {
  for (const [id, thread] of draft.state.threads) {
    const there = thread.rows.find((row) => row.message.id === message.id);
    if (id !== message.conversation) {
      // A merge or a split took it elsewhere.
      if (there && asOf > there.asOf) {
        draft.write("threads").set(id, { ...thread, rows: thread.rows.filter((row) => row !== there) });
      }
      continue;
    }
    if (thread.phase !== "ready" && thread.rows.length === 0) {
      // The page is on its way; what is newer than it must not be lost, so the thread starts with this row.
      draft.write("threads").set(id, { ...thread, rows: [{ message, asOf }] });
    } else if (there ? asOf > there.asOf : reaches(thread, message.at)) {
      draft.write("threads").set(id, { ...thread, rows: joinRows(thread.rows, [{ message, asOf }]) });
    }
  }
}

/** A held reply that its author took back: it never was a message. */
export function dropMessage(draft: Draft, message: string): void {
  for (const [id, thread] of draft.state.threads) {
    const rows = thread.rows.filter((row) => row.message.id !== message);
    if (rows.length < thread.rows.length) draft.write("threads").set(id, { ...thread, rows });
  }
}

/** Down to which position the end of a thread tells everything. What was done to a conversation may stand below its last
 *  message (it was just given to somebody); where messages may be missing it says nothing of them. */
export function newestIn(thread: Thread | undefined): number {
  if (!thread) return 0;
  const isWhole = thread.phase === "ready" && !thread.stale && !thread.after;
  let newest = 0;
  for (const { message } of thread.rows) newest = Math.max(newest, message.position);
  if (isWhole) for (const line of thread.lines) newest = Math.max(newest, line.position);
  return newest;
}

/** What an event says in a conversation's history, as the server's own lines say it. */
export function placeLine(draft: Draft, event: AgentEvent): void {
  const thread = event.conversation === undefined ? undefined : draft.state.threads.get(event.conversation);
  if (!thread || !event.actor || event.conversation === undefined) return;
  const line: LineView = {
    position: event.position,
    at: event.at,
    kind: event.kind,
    actor: event.actor,
    subject: event.subject ?? null,
    changes: event.changes ?? {},
  };
  draft.write("threads").set(event.conversation, { ...thread, lines: joinLines(thread.lines, [line]) });
}

/** After a merge, a split or an undo messages may stand elsewhere: threads are read anew when they are next looked at. */
export function distrustThreads(draft: Draft, position: number): void {
  for (const [id, thread] of draft.state.threads) draft.write("threads").set(id, { ...thread, stale: position });
}

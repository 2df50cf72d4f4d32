// Which stretch of a history a thread holds, and replies that are held for undo.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { AgentEvent, MessageView } from "../../wire";
import { reduce } from "./reduce";
import { emptyState, type State, type Thread } from "./state";
import { message } from "./testworld";
import { joinPage, newestIn, type ThreadPage } from "./threads";

function at(n: number): MessageView {
  return message(`m${n}`, "c1", n, n);
}

function page(from: number, to: number, ends: Partial<ThreadPage> = {}): ThreadPage {
  const messages = Array.from({ length: to - from + 1 }, (_, place) => at(from + place));
  return { messages, lines: [], before: null, after: null, position: 100, ...ends };
}

const shown = (thread: Thread | undefined) => thread?.rows.map((row) => row.message.position);

function withThread(thread: Thread): State {
  return { ...emptyState(), position: 100, threads: new Map([["c1", thread]]) };
}

function hears(state: State, ...told: (Partial<AgentEvent> & Pick<AgentEvent, "kind" | "position">)[]): Thread | undefined {
  const events = told.map((event) => ({ at: event.position, conversation: "c1", ...event }) as AgentEvent);
  const position = events.at(-1)?.position ?? 0;
  return reduce(state, { kind: "events", cursor: "x", position, events }).threads.get("c1");
}

describe("stretches", () => {
  const middle = joinPage(joinPage(undefined, page(80, 90), "newest"), page(40, 50, { before: "b", after: "a" }), "around");

  test("one from the middle takes the place of what was there", () => {
    assert.deepEqual([shown(middle), middle.before, middle.after], [page(40, 50).messages.map((m) => m.position), "b", "a"]);
  });

  test("grows in both directions, until the end is there", () => {
    const older = joinPage(middle, page(30, 39, { before: "bb", after: "x" }), "older");
    assert.deepEqual([older.rows.length, older.before, older.after], [21, "bb", "a"]);
    const newer = joinPage(older, page(51, 60, { before: "y", after: null }), "newer");
    assert.deepEqual([newer.rows.length, newer.before, newer.after], [31, "bb", null]);
  });

  test("what comes beyond its end waits for its page", () => {
    const event = { kind: "message.created" as const, position: 101, message: at(101) };
    assert.deepEqual(shown(hears(withThread(middle), event)), shown(middle));
    const whole = joinPage(undefined, page(80, 90), "newest");
    assert.equal(shown(hears(withThread(whole), event))?.at(-1), 101);
  });

  test("a short history is whole around any of its messages, and keeps what has come since", () => {
    const before = joinPage(undefined, page(1, 3), "newest");
    const later = hears(withThread(before), { kind: "message.created", position: 101, message: at(101) });
    assert.deepEqual(shown(joinPage(later, page(1, 3), "around")), [1, 2, 3, 101]);
  });
});

describe("how far the end of a thread tells", () => {
  const given = { kind: "conversation.changed" as const, position: 101, actor: { kind: "agent", id: "a", name: "A" } as const };

  test("also what was done to the conversation since its last message", () => {
    const thread = joinPage(undefined, page(80, 90), "newest");
    assert.deepEqual([newestIn(undefined), newestIn(thread), newestIn(hears(withThread(thread), given))], [0, 90, 101]);
  });

  test("nothing of that where messages may be missing", () => {
    const middle = joinPage(undefined, page(40, 50, { before: "b", after: "a" }), "around");
    assert.equal(newestIn(hears(withThread(middle), given)), 50);
    const known = hears(withThread(joinPage(undefined, page(80, 90), "newest")), given);
    assert.ok(known);
    assert.deepEqual([newestIn({ ...known, stale: 101 }), newestIn({ ...known, phase: "asked" })], [90, 90]);
  });
});

describe("what was merged while a page was on its way", () => {
  const asked = withThread({ ...joinPage(undefined, page(1, 3), "newest"), phase: "asked" });
  const merged = hears(asked, { kind: "conversation.merged", position: 120 });

  test("is not in it, and is read with the next", () => {
    const came = joinPage(merged, page(1, 3, { position: 110 }), "newest");
    assert.deepEqual([came.phase, came.stale], ["ready", 120]);
    assert.equal(joinPage(came, page(1, 5, { position: 120 }), "newest").stale, 0);
  });

  test("is not made good by an older stretch", () => {
    assert.equal(joinPage(merged, page(1, 1, { position: 130 }), "older").stale, 120);
    assert.equal(joinPage(merged, page(1, 3, { position: 130, after: "a" }), "around").stale, 0);
  });
});

describe("held replies", () => {
  const held: MessageView = { ...message("h", "c1", 101, 101), held: { until: 5000, problem: null } };
  const base = withThread(joinPage(undefined, page(1, 3), "newest"));

  test("stand at the end of the newest page", () => {
    const thread = joinPage(undefined, { ...page(1, 3), held: [held] }, "newest");
    assert.deepEqual(thread.rows.at(-1)?.message, held);
  });

  test("take their true place when they go", () => {
    const thread = hears(
      base,
      { kind: "message.held", position: 101, message: held },
      { kind: "message.created", position: 102, message: at(102) },
      { kind: "message.created", position: 103, message: message("h", "c1", 103, 103) },
    );
    assert.deepEqual(shown(thread), [1, 2, 3, 102, 103]);
    assert.equal(thread?.rows.at(-1)?.message.held, undefined);
  });

  test("are gone when they are taken back, also when it is told that they were held only then", () => {
    const undone = { kind: "message.undone" as const, position: 102, subject: "h" };
    assert.deepEqual(shown(hears(base, { kind: "message.held", position: 101, message: held }, undone)), [1, 2, 3]);
    assert.deepEqual(shown(hears(base, { kind: "message.held", position: 101 }, undone)), [1, 2, 3]);
  });
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ConversationView, MessageView } from "../../wire";
import { withPending } from "./overlay";
import { belongs, listKey } from "./lists";
import { callingLists, callsFor, isMarkUnknown, isUnread, itemsOf, tickOf } from "./select";
import { emptyState, type Filter, type List, type Pending, type State, type Thread } from "./state";
import { conversation, message } from "./testworld";

const MINUTE = 60_000;
const NOON = new Date(2026, 2, 10, 12).getTime();

function pending(name: string, args: Record<string, unknown>, more: Partial<Pending> = {}): Pending {
  return {
    id: "k",
    name,
    args: { conversation: "c1", ...args },
    at: 0,
    state: "waiting",
    problem: null,
    files: [],
    epoch: null,
    settlesAt: null,
    ...more,
  };
}

function thread(messages: MessageView[], more: Partial<Thread> = {}): Thread {
  return {
    rows: messages.map((one) => ({ message: one, asOf: one.position })),
    lines: [],
    before: null,
    phase: "ready",
    stale: false,
    ...more,
  };
}

describe("what is about to be", () => {
  const view: ConversationView = { ...conversation("c1", NOON, 1), tags: ["a"] };

  test("acts show at once, in their order", () => {
    const acts = [
      pending("close", {}),
      pending("reopen", {}),
      pending("tag", { add: ["b"], remove: ["a"] }),
      pending("assign", { agent: "me" }),
    ];
    const seen = withPending(view, acts);
    assert.deepEqual([seen.status, seen.tags, seen.assignee], ["open", ["b"], "me"]);
  });

  test("failed acts and other conversations' acts change nothing", () => {
    assert.equal(withPending(view, [pending("close", {}, { state: "failed" })]).status, "open");
    assert.equal(withPending(view, [pending("close", { conversation: "c2" })]).status, "open");
  });
});

describe("what has been read", () => {
  const base = () => ({ ...emptyState(), readAbove: 100 });
  const heard = (at: number | null) => ({ ...conversation("c1", NOON, 1), last_customer_position: at });

  test("is known of what comes into view later, too", () => {
    assert.equal(isUnread(base(), heard(101)), true, "its mark would have been told");
    assert.equal(isMarkUnknown(base(), heard(101)), false);
    assert.equal(isUnread(base(), heard(100)), false, "not before it is known");
    assert.equal(isMarkUnknown(base(), heard(100)), true);
    assert.equal(isMarkUnknown({ ...base(), readAbove: 0 }, heard(1)), false);
    assert.equal(isMarkUnknown(base(), heard(null)), false);
    const told = { ...base(), read: new Map([["c1", 40]]) };
    assert.equal(isUnread(told, heard(41)), true);
    assert.equal(isUnread(told, heard(40)), false);
    assert.equal(isMarkUnknown(told, heard(41)), false);
  });
});

describe("what an agent is to be told of", () => {
  const views = [
    { ...conversation("c1", NOON, 1), assignee: "me", last_customer_position: 5 },
    { ...conversation("c2", NOON, 2), assignee: "me", last_customer_position: 3 },
    { ...conversation("c3", NOON, 3), team: "mine", waiting_since: NOON },
    { ...conversation("c4", NOON, 4), waiting_since: NOON },
    { ...conversation("c5", NOON, 5), team: "other", waiting_since: NOON },
    { ...conversation("c6", NOON, 6), team: "mine", waiting_since: null },
    { ...conversation("c7", NOON, 7), assignee: "bo", last_customer_position: 9, waiting_since: NOON },
  ];
  const me = { id: "me", name: "", email: "", role: "agent", picture: null, active: true, teams: ["mine"] } as const;
  const list = (filter: Filter, before: string | null = null): List => ({
    filter, before, bound: null, phase: "ready", ids: views.filter((it) => belongs(it, filter, emptyState())).map((it) => it.id),
  });
  const state = (before: string | null = null): State => {
    const base: State = {
      ...emptyState(),
      me: { ...me, teams: [...me.teams] } as State["me"],
      conversations: new Map(views.map((it) => [it.id, it])),
      read: new Map([["c1", 4], ["c2", 3]]),
    };
    const wanted = callingLists(base);
    if (!wanted) throw new Error("nobody is here");
    const { mine, free } = wanted;
    return { ...base, lists: new Map([[listKey(mine), list(mine)], [listKey(free), list(free, before)]]) };
  };

  test("is hers unread, and what waits untaken in her teams or in nobody's", () => {
    assert.deepEqual(callsFor(state()), { n: 3, more: false });
    assert.deepEqual(callsFor(state("below")), { n: 3, more: true });
    assert.deepEqual(callsFor({ ...state(), me: null }), { n: 0, more: false });
  });

  test("no longer what she has just taken or closed", () => {
    const act = (name: string, args: Record<string, unknown>): Pending => ({
      id: name, name, args, at: 0, epoch: null, state: "waiting", problem: null, files: [], settlesAt: null,
    });
    const pending = [act("assign", { conversation: "c3", agent: "me" }), act("close", { conversation: "c1" })];
    assert.equal(callsFor({ ...state(), pending }).n, 1);
  });
});

describe("ticks", () => {
  const leg = {
    id: "l",
    account: "web",
    identity: { id: "i", space: "visitor", address: "v", proof: 1 as const },
    last_inbound_at: null,
    opted_out_at: null,
    delivered_to: 7,
    read_to: 5,
    seen_to: 0,
  };
  const view = { ...conversation("c1", NOON, 1), legs: [leg] };
  const ours = (position: number) => ({
    ...message("m", "c1", position, NOON),
    leg: "l",
    author: { kind: "agent" as const, id: "me", name: "Me" },
  });

  test("a watermark covers everything before it", () => {
    assert.deepEqual(
      [5, 7, 8].map((position) => tickOf(view, ours(position))),
      ["read", "delivered", "sent"],
    );
  });

  test("customers' messages and notes have none", () => {
    assert.equal(tickOf(view, message("m", "c1", 1, NOON)), null);
    assert.equal(tickOf(view, { ...ours(1), visibility: "note" }), null);
  });
});

describe("a conversation's rows", () => {
  const view = conversation("c1", NOON, 1);
  const types = (messages: MessageView[], more: Partial<Parameters<typeof itemsOf>[0]> = {}) =>
    itemsOf({ view, thread: thread(messages), pending: [], readTo: null, speaks: () => true, ...more })
      .map((item) => item.type)
      .join(" ");

  test("days open, neighbours of one person stand together", () => {
    const items = itemsOf({
      view,
      pending: [],
      readTo: null,
      speaks: () => true,
      thread: thread([
        message("a", "c1", 1, NOON - 24 * 60 * MINUTE),
        message("b", "c1", 2, NOON),
        message("c", "c1", 3, NOON + MINUTE),
        message("d", "c1", 4, NOON + 9 * MINUTE),
      ]),
    });
    assert.deepEqual(
      items.map((item) =>
        item.type === "message" ? `${item.message.id}${item.opens ? "(" : ""}${item.ends ? ")" : ""}` : item.type,
      ),
      ["day", "a()", "day", "b(", "c)", "d()"],
    );
  });

  test("the line of the first unread stands once, and not above one's own words", () => {
    const own = { ...message("b", "c1", 2, NOON), author: { kind: "agent" as const, id: "me", name: "Me" } };
    assert.equal(
      types([message("a", "c1", 1, NOON), own, message("c", "c1", 3, NOON), message("d", "c1", 4, NOON)], {
        readTo: 1,
      }),
      "day message message fresh message message",
    );
  });

  test("acts stand where they happened, older ones wait for their page, unsaid ones stay away", () => {
    const line = (position: number, at: number) => ({
      position,
      at,
      kind: "conversation.changed",
      actor: { kind: "agent" as const, id: "me", name: "Me" },
      subject: null,
      changes: {},
    });
    const lines = [line(1, NOON - MINUTE), line(3, NOON + MINUTE), line(9, NOON + 3 * MINUTE)];
    const rows = [message("a", "c1", 2, NOON), message("b", "c1", 4, NOON + 2 * MINUTE)];
    assert.equal(types([], { thread: thread(rows, { lines }) }), "day line message line message line");
    assert.equal(types([], { thread: thread(rows, { lines, before: "x" }) }), "day message line message line");
    assert.equal(
      types([], { thread: thread(rows, { lines }), speaks: (one) => one.position === 3 }),
      "day message line message",
    );
  });

  test("what is not sent yet comes last", () => {
    assert.equal(
      types([message("a", "c1", 1, NOON)], {
        pending: [pending("reply", {}), pending("close", {}), pending("note", { conversation: "c2" })],
      }),
      "day message pending",
    );
  });
});

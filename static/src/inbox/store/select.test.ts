import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ConversationView, MessageView } from "../../wire";
import { withPending } from "./overlay";
import { isMarkUnknown, isUnread, itemsOf, tickOf } from "./select";
import { emptyState, type Pending, type Thread } from "./state";
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
    stale: 0,
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

  test("a provider tells it of each message; one that is sent again is on its way", () => {
    const failed = { ...ours(9), delivery: "failed" as const };
    assert.equal(tickOf(view, { ...ours(5), delivery: "queued" as const }), "queued");
    assert.equal(tickOf(view, failed, [pending("let_be", { message: failed.id })]), "failed");
    assert.equal(tickOf(view, failed, [pending("send_again", { message: "other" })]), "failed");
    assert.equal(tickOf(view, failed, [pending("send_again", { message: failed.id })]), "queued");
    assert.equal(tickOf(view, failed, [pending("send_again", { message: failed.id }, { state: "failed" })]), "failed");
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

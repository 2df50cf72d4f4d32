import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentEvent, NoticeView } from "../../wire";
import { forgetIn, learnNotices, markNotices, merged, takeNoticesPage } from "./notices";
import { isWatching } from "./select";
import { emptyState, type Notices, type Pending } from "./state";
import { dice } from "./testworld";

function notice(id: string, at: number, more: Partial<NoticeView> = {}): NoticeView {
  return {
    id,
    kind: "mention",
    at,
    position: at,
    conversation: `c${id}`,
    number: 1,
    contact: "Kim",
    contact_id: "k1",
    message: `m${id}`,
    text: "words",
    actor: { kind: "agent", id: "a", name: "Ada" } as NoticeView["actor"],
    n: 1,
    read: false,
    ...more,
  };
}

const none = emptyState().notices;
const ids = (notices: Notices) => notices.items.map((one) => one.id).join("");
const told = (latest: NoticeView[], more = {}) => ({ unread: latest.length, latest, quiet: false, ...more });

test("a customer who writes again is the same notice, further up", () => {
  const before = learnNotices(none, told([notice("b", 2), notice("a", 1)]));
  const after = learnNotices(before, told([notice("a", 3, { n: 2 })]));
  assert.equal(ids(after), "ab");
  assert.equal(after.items[0]?.n, 2);
});

test("an answer that was on its way does not unread what was read", () => {
  const before = markNotices(learnNotices(none, told([notice("a", 1)])), () => true);
  assert.equal(before.unread, 0);
  const after = learnNotices(before, told([notice("a", 1)]));
  assert.equal(after.items[0]?.read, true);
  assert.equal(learnNotices(after, told([notice("a", 2, { n: 2 })])).items[0]?.read, false);
});

test("in whatever order frames come, the same list stands", () => {
  const frames = [notice("a", 1), notice("b", 2), notice("a", 3, { n: 2 }), notice("c", 4), notice("b", 2, { read: true })];
  const wanted = merged([], frames).map((one) => `${one.id}${one.n}${one.read}`);
  const roll = dice(7);
  for (let round = 0; round < 50; round++) {
    const mixed = [...frames].map((one) => ({ one, at: roll(1000) })).sort((a, b) => a.at - b.at);
    const stands = mixed.reduce<NoticeView[]>((known, { one }) => merged(known, [one]), []);
    assert.deepEqual(
      stands.map((one) => `${one.id}${one.n}${one.read}`),
      wanted,
    );
  }
});

test("what is told as read up to somewhere is read, also on another device", () => {
  const before = learnNotices(none, told([notice("b", 2), notice("a", 1)]));
  const after = learnNotices(before, told([], { unread: 1, read_to: 1 }));
  assert.deepEqual(
    after.items.map((one) => one.read),
    [false, true],
  );
  assert.equal(after.unread, 1);
});

test("fewer than a whole start are all there are; after a long cut the older ones are read anew", () => {
  assert.equal(learnNotices(none, told([notice("a", 1)])).before, null);
  const many = (from: number) => Array.from({ length: 20 }, (_, index) => notice(`n${from + index}`, from + index));
  const started = learnNotices(none, told(many(100)));
  assert.equal(started.before, undefined);
  const paged = takeNoticesPage(started, { notices: [notice("old", 1)], before: null, unread: 21 });
  assert.equal(paged.items.length, 21);
  assert.equal(learnNotices(paged, told(many(110))).items.length, 31);
  const cut = learnNotices(paged, told(many(500)));
  assert.equal(cut.items.length, 20);
  assert.equal(cut.before, undefined);
});

test("marking counts down at once, and never below nothing", () => {
  const before = learnNotices(none, told([notice("b", 2), notice("a", 1)], { unread: 1 }));
  assert.equal(markNotices(before, () => true).unread, 0);
  assert.equal(markNotices(before, (one) => one.id === "z"), before);
});

test("what is withdrawn goes, and may come anew", () => {
  const before = learnNotices(none, told([notice("b", 2), notice("a", 1, { kind: "new" })]));
  const after = learnNotices(before, { ...told([]), unread: 1, gone: ["a"] });
  assert.deepEqual([ids(after), after.unread], ["b", 1]);
  assert.equal(ids(learnNotices(after, { ...told([notice("a", 3, { kind: "new" })]), gone: ["a"] })), "ab");
});

test("what has left the view is told no more, erased words are gone", () => {
  const before = learnNotices(none, told([notice("b", 2), notice("a", 1)]));
  const left = forgetIn(before, { kind: "left", conversation: "cb", position: 9, at: 9 } as AgentEvent);
  assert.equal(ids(left), "a");
  assert.equal(left.unread, 1);
  const erased = { kind: "message.erased", position: 9, at: 9, message: { id: "ma", erased_at: 9 } } as AgentEvent;
  assert.equal(forgetIn(before, erased).items[1]?.text, "");
  assert.equal(forgetIn(before, { kind: "left", conversation: "z", position: 9, at: 9 } as AgentEvent), before);
});

test("watching turns over with the act, before the server answers", () => {
  const state = { ...emptyState(), watching: new Map([["c1", true]]) };
  const act = { name: "unwatch", args: { conversation: "c1" }, state: "waiting" } as unknown as Pending;
  assert.equal(isWatching(state, "c1"), true);
  assert.equal(isWatching(state, "c2"), undefined);
  assert.equal(isWatching({ ...state, pending: [act] }, "c1"), false);
  assert.equal(isWatching({ ...state, pending: [{ ...act, state: "failed" }] }, "c1"), true);
});

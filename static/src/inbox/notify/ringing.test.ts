import assert from "node:assert/strict";
import { test } from "node:test";
import type { NoticeView } from "../../wire";
import { emptyState } from "../store/state";
import { Freshness, Pace, rings, tagOf } from "./ringing";
import { readWishes } from "./wishes";

const NOW = 1_000_000;

function notice(id: string, more: Partial<NoticeView> = {}): NoticeView {
  return { id, kind: "replied", at: NOW, position: 1, read: false, ...more } as NoticeView;
}

const holding = (...items: NoticeView[]) => ({ ...emptyState().notices, items });
const idsOf = (found: readonly NoticeView[]) => found.map((one) => one.id).join("");

test("what was there when the page came does not ring", () => {
  const fresh = new Freshness();
  assert.equal(idsOf(fresh.of(holding(notice("a")), NOW)), "");
  assert.equal(idsOf(fresh.of(holding(notice("a"), notice("b")), NOW)), "b");
  assert.equal(idsOf(fresh.of(holding(notice("a"), notice("b")), NOW)), "");
});

test("one that says more rings again; what is read or old does not", () => {
  const fresh = new Freshness();
  fresh.of(holding(notice("a")), NOW);
  assert.equal(idsOf(fresh.of(holding(notice("a", { position: 2 })), NOW)), "a");
  assert.equal(idsOf(fresh.of(holding(notice("b", { read: true }), notice("c", { at: 0 })), NOW)), "");
});

test("quiet time and switches silence", () => {
  const all = readWishes(undefined);
  assert.equal(rings(notice("a"), all, false), true);
  assert.equal(rings(notice("a"), all, true), false);
  assert.equal(rings(notice("a"), readWishes({ kinds: { replied: false } }), false), false);
});

test("new customers ring for who is there for them, once in a while, under one sign", () => {
  const all = readWishes(undefined);
  const first = notice("me", { kind: "new", conversation: "c1" });
  assert.equal(rings(first, all, false, true), true);
  assert.equal(rings(first, all, false, false), false);
  assert.equal(rings(notice("a"), all, false, false), true, "what is the agent's own still rings");
  assert.equal(rings(first, readWishes({ kinds: { new: false } }), false, true), false);
  const pace = new Pace();
  const rang = [0, 1_000, 19_999, 20_000, 30_000].map((ms) => pace.allows(first, NOW + ms));
  assert.deepEqual(rang, [true, false, false, true, false]);
  assert.equal(pace.allows(notice("a"), NOW + 30_000), true);
  assert.deepEqual([tagOf(first), tagOf(notice("a", { conversation: "c1" }))], ["new", "c1"]);
});

test("of what is stored only what fits is believed", () => {
  const first = readWishes(undefined);
  for (const odd of [null, 3, [], "x", { volume: 7, kinds: [], preview: "yes" }]) assert.deepEqual(readWishes(odd), first);
  assert.equal(readWishes({ volume: 0.2 }).volume, 0.2);
  assert.equal(readWishes({ sound: false }).sound, false);
  assert.equal(readWishes({ preview: true }).preview, true);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConversationView } from "../../wire";
import { Far, folded, idsOf, standingOf, standings, unfolded, type Standing } from "./far";
import { belongs } from "./lists";
import { keptBy, Shelf } from "./shelf";
import { conversation, leg } from "./testworld";

const views = Array.from({ length: 2000 }, (_, n) => ({
  ...conversation(`c${n}`, n, n),
  assignee: n % 3 ? `a${n % 3}` : null,
  team: n % 4 ? null : "t",
  merged_into: n % 50 ? null : `c${n + 1}`,
  snoozed_until: n % 9 ? null : 1_760_000_000_000 + n,
  tags: n % 5 ? [] : ["t1", `t${n % 7}`],
  waiting_since: n % 6 ? null : n,
  last_customer_position: n,
  legs: [leg(n % 2 ? "shop" : "mail")],
  attributes: n % 4 ? { [`key_${n % 9}`]: n, city: "서울" } : {},
}));

test("what was far comes back as it was", () => {
  const far = new Far();
  const kept = views.map((view) => far.keep(view));
  for (const [n, at] of kept.entries()) {
    assert.deepEqual(far.whole(at), views[n]);
    assert.equal(far.whole(at), far.whole(at), "the same one for as long as it is looked at");
  }
  // What is written in the place of what was freed harms nothing that stands beside it.
  for (let n = 0; n < kept.length; n += 2) far.free(kept[n] as number);
  const again = views.filter((_, n) => n % 2 === 0).reverse().map((view) => ({ view, at: far.keep(view) }));
  assert.equal(Math.max(...again.map(({ at }) => at)) < views.length, true, "in their places");
  for (const { view, at } of again) assert.deepEqual(far.whole(at), view);
  for (let n = 1; n < kept.length; n += 2) assert.deepEqual(far.whole(kept[n] as number), views[n]);
});

test("any JSON is folded and unfolded", () => {
  const odd = [null, 0, "", [], {}, [[]], [{}], { a: [] }, [-1, 0], { a: { a: 1, b: [null, { a: 2 }] } }, "한글", true];
  for (const value of odd) assert.deepEqual(unfolded(JSON.parse(JSON.stringify(folded(value)))), value);
  for (let n = 0; n < 1200; n++) {
    const value = [{ [`name ${n}`]: [n], "a\nb": { n } }];
    assert.deepEqual(unfolded(JSON.parse(JSON.stringify(folded(value)))), value);
  }
});

test("a list finds the same ones, far or near", () => {
  const near = new Map(views.map((view) => [view.id, view]));
  const shelf = Shelf.of<ConversationView, Standing>(near, keptBy(() => new Far()));
  for (const view of views) {
    const { id, number, position, merged_into, status, assignee, team, last_at } = view;
    const { waiting_since, snoozed_until, last_customer_position, tags } = view;
    const told = { id, number, position, merged_into, status, assignee, team, last_at, waiting_since, snoozed_until, last_customer_position, tags };
    const glance = standingOf(shelf, id) as Standing;
    assert.deepEqual(Object.fromEntries(Object.keys(told).map((name) => [name, glance[name as keyof Standing]])), told);
    assert.deepEqual(glance.legs.map(({ account }) => account), view.legs.map(({ account }) => account));
  }
  const reader = { read: new Map<string, number>([["c7", 900]]), readAbove: 500, clock: 1_000_000 };
  const filters = [
    { status: "open" },
    { status: "open", assignee: null },
    { status: "open", assignee: "a1", tags: ["t1", "t5"] },
    { status: "open", account: "shop", tag: "t3" },
    { status: "open", unread: true },
    { status: "open", waiting_over: 10 },
    { status: "closed" },
  ] as const;
  const found = (these: Iterable<Standing>, filter: (typeof filters)[number]) =>
    [...these].filter((one) => belongs(one, filter, reader)).map((one) => `${one.id} ${one.number}`);
  for (const filter of filters) assert.deepEqual(found(standings(shelf), filter).sort(), found(near.values(), filter).sort());
  for (const view of [views[3], views[1999]]) assert.deepEqual(idsOf(view?.contact.id ?? "", shelf), [view?.id]);
  assert.deepEqual(idsOf("pc2000", shelf), []);
  assert.equal(found(standings(shelf), filters[3]).length > 0, true);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Item } from "../../store/select";
import { firstDrawn, grown } from "./growing";

const day = (n: number): Item => ({ type: "day", key: `day ${n}`, at: n });
const fresh: Item = { type: "fresh", key: "fresh" };
const days = (n: number) => Array.from({ length: n }, (_, at) => day(at));

test("a history is drawn from its end at first", () => {
  assert.deepEqual(firstDrawn(days(100)), { from: 92, to: 100 });
  assert.deepEqual(firstDrawn(days(5)), { from: 0, to: 5 });
  assert.deepEqual(firstDrawn([]), { from: 0, to: 0 });
});

test("what is new is drawn first, from where it begins, and no more of it than of others", () => {
  assert.deepEqual(firstDrawn([...days(40), fresh, ...days(50)]), { from: 38, to: 46 });
  assert.deepEqual(firstDrawn([...days(60), fresh, day(61)]), { from: 54, to: 62 });
  assert.deepEqual(firstDrawn([fresh, ...days(50)]), { from: 0, to: 8 });
});

test("then it grows, down to the end before it grows up to the beginning, a few rows at a time", () => {
  let drawn = firstDrawn([...days(20), fresh, ...days(20)]);
  const steps = [drawn];
  while (drawn.from > 0 || drawn.to < 41) steps.push((drawn = grown(drawn, 41)));
  for (const [n, { from, to }] of steps.entries()) {
    const before = steps[n - 1];
    if (!before) continue;
    assert.ok(from <= before.from && to >= before.to && to - from - (before.to - before.from) <= 6);
    if (from < before.from) assert.equal(before.to, 41, "the end stands by then");
  }
  assert.deepEqual(steps.at(-1), { from: 0, to: 41 });
});

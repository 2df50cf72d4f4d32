import assert from "node:assert/strict";
import { test } from "node:test";
import { dice } from "../../store/testworld";
import { held, steady, withOpen } from "./held";

const all = () => true;

test("a page below is simply there", () => {
  const after = ["a", "b", "c", "d"];
  assert.equal(held(["a", "b"], after, all), after);
});

test("what is new and what moved up waits, what left goes, what was loaded below comes", () => {
  for (const keep of [held, steady]) {
    assert.deepEqual(keep(["a", "b", "c"], ["n", "c", "a", "b"], all), ["a", "b", "c"]);
    assert.deepEqual(keep(["a", "b", "c"], ["a", "c"], (id) => id !== "b"), ["a", "c"]);
    assert.deepEqual(keep(["a", "b", "c"], ["n", "a", "b", "c", "d"], all), ["a", "b", "c", "d"]);
    assert.deepEqual(keep(["a", "b"], ["n", "a"], (id) => id !== "b"), ["a"]);
    assert.deepEqual(keep(["a"], ["b"], () => false), ["b"]);
  }
});

test("rows that wait make no copy of all others", () => {
  const before = ["a", "b", "c"];
  assert.equal(held(before, ["n", "c", "a", "b"], all) === before, true);
  assert.equal(held(before, ["b", "a", "c"], all) === before, true);
});

test("the quick way and the whole way come to the same rows", () => {
  for (let seed = 1; seed <= 200; seed++) {
    const roll = dice(seed);
    const before = Array.from({ length: roll(9) }, (_, n) => `r${n}`);
    const after = before.filter(() => roll(6) > 0);
    for (let n = roll(3); n > 0; n--) after.splice(roll(after.length + 1), 0, ...after.splice(roll(after.length || 1), 1));
    for (let n = roll(3); n > 0; n--) after.unshift(`n${n}`);
    for (let n = roll(3); n > 0; n--) after.push(`p${n}`);
    const stands = (id: string) => after.includes(id);
    const [quick, whole] = [held(before, after, stands), steady(before, after, stands)];
    assert.deepEqual(quick, whole, `seed ${seed}: ${before.join()} to ${after.join()}`);
  }
});

test("the open one keeps its place among the unread until another is opened", () => {
  assert.deepEqual(withOpen(["a", "c"], ["a", "b", "c"], "b"), ["a", "b", "c"]);
  assert.deepEqual(withOpen(["a"], ["a", "b", "c"], "c"), ["a", "c"]);
  assert.deepEqual(withOpen(["a", "c"], ["a", "b", "c"], null), ["a", "c"]);
  assert.deepEqual(withOpen(["a", "c"], ["a", "c"], "z"), ["a", "c"]);
});

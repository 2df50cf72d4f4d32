import assert from "node:assert/strict";
import { test } from "node:test";
import { Ids } from "../../store/ids";
import { dice } from "../../store/testworld";
import { held, withBack, withOpen } from "./held";

const all = () => true;

/** What is meant, as one would say it of a few rows. */
function steady(before: readonly string[], after: readonly string[], stands: (id: string) => boolean): readonly string[] {
  const kept = before.filter(stands);
  const last = kept[kept.length - 1];
  if (last === undefined) return after;
  const below = after.slice(after.lastIndexOf(last) + 1);
  const there = new Set(kept);
  return [...kept, ...below.filter((id) => !there.has(id))];
}

function heldIn(before: readonly string[], after: readonly string[], stands: (id: string) => boolean): readonly string[] {
  return [...held(Ids.of(before), Ids.of(after), stands)];
}

test("a page below is simply there", () => {
  const before = Ids.of(["a", "b"]);
  const after = before.concat(["c", "d"]);
  assert.deepEqual([...held(before, after, all)], ["a", "b", "c", "d"]);
  assert.deepEqual(held(before, after, all).besides(after), [], "in the same chunks");
});

test("what is new and what moved up waits, what left goes, what was loaded below comes", () => {
  for (const keep of [heldIn, steady]) {
    assert.deepEqual(keep(["a", "b", "c"], ["n", "c", "a", "b"], all), ["a", "b", "c"]);
    assert.deepEqual(keep(["a", "b", "c"], ["a", "c"], (id) => id !== "b"), ["a", "c"]);
    assert.deepEqual(keep(["a", "b", "c"], ["n", "a", "b", "c", "d"], all), ["a", "b", "c", "d"]);
    assert.deepEqual(keep(["a", "b"], ["n", "a"], (id) => id !== "b"), ["a"]);
    assert.deepEqual(keep(["a"], ["b"], () => false), ["b"]);
  }
});

test("rows that wait make no copy of all others", () => {
  const before = Ids.of(["a", "b", "c"]);
  assert.equal(held(before, Ids.of(["n", "c", "a", "b"]), all) === before, true);
  assert.equal(held(before, Ids.of(["b", "a", "c"]), all) === before, true);
});

test("of a hundred thousand only those are asked after that have left their place", () => {
  const before = Ids.of(Array.from({ length: 100_000 }, (_, n) => `r${n}`));
  const after = before.withoutPlace(99_000).with("r99000", 0).with("new", 0).concat(["below"]);
  let asked = 0;
  const rows = held(before, after, () => (asked++, true));
  assert.deepEqual([rows.length, rows.at(0), rows.at(99_000), rows.at(-1)], [100_001, "r0", "r99000", "below"]);
  assert.equal(asked, 0);
  assert.equal(held(before, before.withoutPlace(7), () => (asked++, false)).at(7), "r8");
  assert.equal(asked, 1);
});

test("in chunks they come to the same rows", () => {
  for (let seed = 1; seed <= 400; seed++) {
    const roll = dice(seed);
    const before = Array.from({ length: roll(9) }, (_, n) => `r${n}`);
    const after = before.filter(() => roll(6) > 0);
    for (let n = roll(3); n > 0; n--) after.splice(roll(after.length + 1), 0, ...after.splice(roll(after.length || 1), 1));
    for (let n = roll(3); n > 0; n--) after.unshift(`n${n}`);
    for (let n = roll(3); n > 0; n--) after.push(`p${n}`);
    const stands = (id: string) => after.includes(id);
    assert.deepEqual(heldIn(before, after, stands), steady(before, after, stands), `seed ${seed}: ${before.join()} to ${after.join()}`);
  }
});

test("a list that lives is held as if it were compared as a whole", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const roll = dice(seed);
    let list = Ids.of(Array.from({ length: 700 }, (_, n) => `r${n}`));
    let [quick, whole]: [Ids, readonly string[]] = [list, [...list]];
    for (let step = 0; step < 60; step++) {
      const at = roll(list.length);
      const id = list.at(at) as string;
      const what = roll(4);
      if (what === 0) list = list.withoutPlace(at).with(id, 0);
      else if (what === 1) list = list.withoutPlace(at);
      else if (what === 2) list = list.with(`n${step}`, roll(2) ? 0 : at);
      else list = list.concat([`p${step}`, `q${step}`]);
      const there = new Set(list);
      const stands = (one: string) => there.has(one);
      [quick, whole] = [held(quick, list, stands), steady(whole, [...list], stands)];
      assert.deepEqual([...quick], whole, `seed ${seed} step ${step}`);
    }
  }
});

test("the open one keeps its place among the unread until another is opened", () => {
  const shown = (rows: string[], before: string[], open: string | null) => [...withOpen(Ids.of(rows), Ids.of(before), open)];
  assert.deepEqual(shown(["a", "c"], ["a", "b", "c"], "b"), ["a", "b", "c"]);
  assert.deepEqual(shown(["a"], ["a", "b", "c"], "c"), ["a", "c"]);
  assert.deepEqual(shown(["a", "c"], ["a", "b", "c"], null), ["a", "c"]);
  assert.deepEqual(shown(["a", "c"], ["a", "c"], "z"), ["a", "c"]);
});

test("what was brought back stands where it belongs at once, while news wait", () => {
  const rows = Ids.of(["b", "d", "e"]);
  const fresh = Ids.of(["new", "a", "b", "c", "d", "e", "f"]);
  const shown = (...back: string[]) => [...withBack(rows, fresh, new Set(back))];
  assert.deepEqual(shown("c"), ["b", "c", "d", "e"]);
  assert.deepEqual(shown("a", "c"), ["a", "b", "c", "d", "e"]);
  assert.deepEqual(shown("f"), ["b", "d", "e", "f"]);
  assert.equal(withBack(rows, fresh, new Set(["d", "gone"])), rows);
});

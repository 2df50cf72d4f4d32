import assert from "node:assert/strict";
import { test } from "node:test";
import { Table } from "./table";
import { dice } from "./testworld";

test("a table is a map of numbers", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const roll = dice(seed);
    const [table, plain] = [new Table(), new Map<string, number>()];
    const keys = 1 + roll(400);
    for (let step = 0; step < 4000; step++) {
      const key = `${"가나x".charAt(roll(3))}${"0".repeat(roll(3) * 20)}${roll(keys)}`;
      if (roll(3) > 0) {
        table.set(key, step - 2000);
        plain.set(key, step - 2000);
      } else assert.equal(table.delete(key), plain.delete(key), `seed ${seed} step ${step}`);
      assert.equal(table.get(key), plain.get(key));
      assert.equal(table.size, plain.size);
    }
    assert.deepEqual([...table.entries()].sort(), [...plain].sort(), `seed ${seed}`);
    for (let n = 0; n < keys; n++) assert.equal(table.has(`x${n}`), plain.has(`x${n}`));
  }
});

test("entries stand in the order in which they came", () => {
  const table = new Table();
  for (let n = 0; n < 1000; n++) table.set(`c${n}`, n);
  table.delete("c1");
  table.set("c0", -1).set("c1", -2);
  const entries = [...table.entries()];
  assert.deepEqual([entries[0], entries[1], entries.at(-1)], [["c0", -1], ["c2", 2], ["c1", -2]]);
});

test("the empty text is a key too, and who comes and goes takes no more room", () => {
  const table = new Table();
  assert.equal(table.set("", 7).get(""), 7);
  for (let n = 0; n < 100_000; n++) {
    table.set(`c${n}`, n);
    if (n > 10) assert.ok(table.delete(`c${n - 10}`));
  }
  assert.equal(table.size, 12);
  assert.deepEqual([...table.entries()].map(([key]) => key).at(-1), "c99999");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Shelf } from "./shelf";
import { dice } from "./testworld";

test("a shelf is a map, and its former forms stay as they were", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const roll = dice(seed);
    let plain = new Map<string, number>();
    let shelf = Shelf.of(plain);
    const forms: { shelf: Shelf<number>; plain: Map<string, number> }[] = [];
    for (let step = 0; step < 400; step++) {
      const key = `c${roll(120)}`;
      const what = roll(10);
      if (what < 6) assert.equal(shelf.set(key, step).get(key), plain.set(key, step).get(key));
      else if (what < 9) assert.equal(shelf.delete(key), plain.delete(key));
      else {
        forms.push({ shelf, plain });
        shelf = Shelf.of(shelf);
        plain = new Map(plain);
        // A form that was copied may still be written: the copy does not see it.
        forms[0]?.shelf.set("first", step);
        forms[0]?.plain.set("first", step);
      }
    }
    for (const one of [...forms, { shelf, plain }]) {
      assert.deepEqual([...one.shelf].sort(), [...one.plain].sort(), `seed ${seed}`);
      assert.equal(one.shelf.size, one.plain.size);
      assert.deepEqual([...one.shelf.keys()].sort(), [...one.plain.keys()].sort());
      const seen: number[] = [];
      one.shelf.forEach((value) => seen.push(value));
      assert.deepEqual(seen.sort(), [...one.plain.values()].sort());
      for (let n = 0; n < 120; n++) assert.equal(one.shelf.has(`c${n}`), one.plain.has(`c${n}`));
    }
    shelf.clear();
    assert.deepEqual([shelf.size, [...shelf.values()]], [0, []]);
  }
});

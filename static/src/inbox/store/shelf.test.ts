import assert from "node:assert/strict";
import { test } from "node:test";
import { Shelf, Small } from "./shelf";
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
        // A form that was copied may still be written: neither the copy sees it nor what it was itself copied from.
        const former = forms[roll(forms.length)];
        const other = `c${roll(120)}`;
        former?.shelf.set("former", step).set(other, step);
        former?.plain.set("former", step).set(other, step);
        assert.equal(former?.shelf.delete(key), former?.plain.delete(key));
        // Two may be made of the same one.
        if (former) forms.push({ shelf: Shelf.of(former.shelf), plain: new Map(former.plain) });
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

class Shut extends Small<{ n: number }> {
  constructor(private readonly text: string) {
    super();
  }
  whole(): { n: number } {
    return JSON.parse(this.text) as { n: number };
  }
}

test("all but what was written last is kept small, and every form still says what it said", () => {
  for (let seed = 1; seed <= 5; seed++) {
    const roll = dice(seed);
    let plain = new Map(Array.from({ length: 1200 }, (_, n) => [`c${n}`, { n }]));
    let shelf = Shelf.of(plain, ({ n }) => new Shut(JSON.stringify({ n })));
    const forms: { shelf: Shelf<{ n: number }>; plain: Map<string, { n: number }> }[] = [];
    for (let step = 0; step < 6000; step++) {
      const key = `c${roll(3000)}`;
      if (roll(5) > 0) {
        shelf.set(key, { n: step });
        plain.set(key, { n: step });
      } else assert.equal(shelf.delete(key), plain.delete(key));
      if (roll(1000) === 0) {
        forms.push({ shelf, plain });
        shelf = Shelf.of(shelf);
        plain = new Map(plain);
      }
    }
    for (const one of [...forms, { shelf, plain }]) {
      const sorted = (map: ReadonlyMap<string, { n: number }>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
      assert.deepEqual(sorted(one.shelf), sorted(one.plain), `seed ${seed}`);
      assert.equal(one.shelf.size, one.plain.size);
    }
    const small = [...Shelf.kept(shelf)].filter((one) => one instanceof Small).length;
    assert.ok(small > shelf.size - 1000, `${small} of ${shelf.size}`);
  }
});

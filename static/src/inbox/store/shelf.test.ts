import assert from "node:assert/strict";
import { test } from "node:test";
import { keptBy, type Keeper, NUMBERS, Shelf } from "./shelf";
import { dice } from "./testworld";

test("a shelf is a map, and its former forms stay as they were", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const roll = dice(seed);
    let plain = new Map<string, number>();
    let shelf = seed % 2 ? Shelf.of(plain) : Shelf.of(plain, NUMBERS);
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

/** Keeps what it is given as text, and says what it still holds. */
class Texts implements Keeper<{ n: number; more: string }, { n: number }> {
  readonly held = new Map<number, string>();
  private next = 0;

  keep(value: { n: number; more: string }): number {
    this.held.set(++this.next, JSON.stringify(value));
    return this.next;
  }
  whole(at: number): { n: number; more: string } {
    const text = this.held.get(at);
    assert.ok(text !== undefined, "read after it was freed");
    return JSON.parse(text) as { n: number; more: string };
  }
  glance(at: number, key: string): { n: number; key: string } {
    return { n: this.whole(at).n, key };
  }
  free(at: number): void {
    assert.ok(this.held.delete(at), "freed twice");
  }
}

test("what a keeper keeps is freed when the newest form has it no more, and every form still says what it said", () => {
  for (let seed = 1; seed <= 5; seed++) {
    const roll = dice(seed);
    type Value = { n: number; more: string };
    const keepers: Texts[] = [];
    const make = keptBy<Value, { n: number }>(() => {
      const keeper = new Texts();
      keepers.push(keeper);
      return keeper;
    });
    let plain = new Map<string, Value>(Array.from({ length: 300 }, (_, n) => [`c${n}`, { n, more: "x" }]));
    let shelf = Shelf.of<Value, { n: number }>(plain, make);
    const forms: { shelf: Shelf<Value, { n: number }>; plain: Map<string, Value> }[] = [];
    for (let step = 0; step < 3000; step++) {
      const key = `c${roll(500)}`;
      if (roll(5) > 0) {
        shelf.set(key, { n: step, more: "y" });
        plain.set(key, { n: step, more: "y" });
      } else assert.equal(shelf.delete(key), plain.delete(key));
      if (roll(300) === 0) {
        forms.push({ shelf, plain });
        shelf = Shelf.of<Value, { n: number }>(shelf, make);
        plain = new Map(plain);
      }
    }
    assert.equal(keepers.length, 1, "one for all forms");
    assert.equal(keepers[0]?.held.size, shelf.size, "what was overwritten is held no more");
    for (const one of [...forms, { shelf, plain }]) {
      const sorted = (map: ReadonlyMap<string, Value>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
      assert.deepEqual(sorted(one.shelf), sorted(one.plain), `seed ${seed}`);
      assert.equal(one.shelf.size, one.plain.size);
      for (let n = 0; n < 500; n += 7) {
        const glance = Shelf.glance<Value, { n: number }>(one.shelf, `c${n}`);
        assert.equal(glance?.n, one.plain.get(`c${n}`)?.n, `seed ${seed}`);
      }
      const glanced = [...Shelf.glances<Value, { n: number }>(one.shelf)].map(({ n }) => n);
      assert.deepEqual(glanced.sort(), [...one.plain.values()].map(({ n }) => n).sort());
    }
    // One that is written again when others were made of it has a keeper of its own.
    const [former] = forms;
    former?.shelf.set("c1", { n: -1, more: "z" });
    assert.deepEqual([former?.shelf.get("c1")?.n, shelf.get("c1")?.n], [-1, plain.get("c1")?.n]);
    assert.equal(keepers.length, 2);
  }
});

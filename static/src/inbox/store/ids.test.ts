import assert from "node:assert/strict";
import { test } from "node:test";
import { Ids } from "./ids";
import { dice } from "./testworld";

test("ids in chunks are as an array of them", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const roll = dice(seed);
    let plain: string[] = [];
    let ids = Ids.NONE;
    const forms: { plain: string[]; ids: Ids }[] = [];
    for (let step = 0; step < 600; step++) {
      const what = roll(8);
      const at = roll(plain.length + 1);
      if (what < 4) [plain, ids] = [plain.toSpliced(at, 0, `n${step}`), ids.with(`n${step}`, at)];
      else if (what === 4 && at < plain.length) [plain, ids] = [plain.toSpliced(at, 1), ids.withoutPlace(at)];
      else if (what === 5) {
        const page = Array.from({ length: roll(20) ? roll(100) : 1200 }, (_, n) => `p${step}-${n}`);
        [plain, ids] = [plain.concat(page), ids.concat(page)];
      } else if (what === 6) {
        const gone = new Set(plain.filter(() => roll(40) === 0));
        [plain, ids] = [plain.filter((id) => !gone.has(id)), ids.without(gone)];
      } else forms.push({ plain, ids });
      assert.equal(ids.length, plain.length);
      for (const place of [0, at, -1, -at, plain.length]) assert.equal(ids.at(place), plain.at(place), `seed ${seed} ${place}`);
    }
    for (const one of [...forms, { plain, ids }]) {
      assert.deepEqual([...one.ids], one.plain, `seed ${seed}`);
      const [from, to] = [roll(one.plain.length + 1), roll(one.plain.length + 1)];
      assert.deepEqual(one.ids.slice(from, to), one.plain.slice(from, to));
      assert.deepEqual(one.ids.slice(from), one.plain.slice(from));
      const id = one.plain[from] ?? "none";
      const at = one.plain.indexOf(id);
      assert.deepEqual([one.ids.indexOf(id), one.ids.lastIndexOf(id), one.ids.includes(id)], [at, at, at !== -1]);
    }
  }
});

test("of a hundred thousand a change writes one chunk, and all others are the same", () => {
  const ids = Ids.of(Array.from({ length: 100_000 }, (_, n) => `c${n}`));
  const moved = ids.withoutPlace(50_000).with("c50000", 0);
  const [before, after] = [ids.besides(moved), moved.besides(ids)];
  const written = (these: typeof before) => these.reduce((n, one) => n + one.ids.length, 0);
  assert.ok(written(before) <= 1024 && written(after) <= 1025, `${written(before)} and ${written(after)}`);
  assert.deepEqual([after[0]?.from, after[0]?.ids[0]], [0, "c50000"]);
  assert.equal(ids.concat(["more"]).besides(ids).length, 1);
  assert.equal(ids.without(new Set()), ids);
});

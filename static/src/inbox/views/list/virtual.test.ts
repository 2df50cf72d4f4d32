import assert from "node:assert/strict";
import { test } from "node:test";
import { drawnNow, windowOf } from "./virtual";

const rows = Array.from({ length: 100 }, (_, n) => `r${n}`);

test("only what is seen is drawn, with a little above and below", () => {
  assert.deepEqual(windowOf(0, 840, 84, 100_000), { first: 0, last: 16 });
  assert.deepEqual(windowOf(84 * 50, 840, 84, 100_000), { first: 44, last: 66 });
  assert.deepEqual(windowOf(84 * 50, 840, 84, 10), { first: 10, last: 10 });
});

test("a frame draws a few new rows, the middle ones first, and the others come in the next frames", () => {
  const whole = { first: 10, last: 20 };
  let drawn = new Set<string>();
  const first = drawnNow(rows, whole, drawn, 4);
  assert.deepEqual([first.places, first.isWhole], [[13, 14, 15, 16], false]);
  let frames = 1;
  for (let isWhole = false; !isWhole; frames++) {
    const now = drawnNow(rows, whole, drawn, 4);
    drawn = new Set(now.places.map((place) => rows[place] as string));
    isWhole = now.isWhole;
  }
  assert.deepEqual([drawn.size, frames], [10, 4]);
});

test("what stands stays drawn, and what has gone by is dropped", () => {
  const drawn = new Set(["r10", "r11", "r12", "r40"]);
  const now = drawnNow(rows, { first: 11, last: 20 }, drawn, 2);
  assert.deepEqual(now.places, [11, 12, 15, 16]);
});

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Looked, SETTLES } from "./looked";
import { dice } from "./testworld";

describe("what has been seen", () => {
  test("is what stood on the screen for long enough, to the millisecond", () => {
    const looked = new Looked();
    looked.shown("a", "c", 5, 1000);
    assert.equal(looked.seenIn("a", "c", 1000 + SETTLES - 1), 0);
    assert.equal(looked.seenIn("a", "c", 1000 + SETTLES), 5);
  });

  test("rises though something new comes all the time", () => {
    const looked = new Looked();
    for (let position = 1; position <= 50; position++) looked.shown("a", "c", position, position * 100);
    assert.equal(looked.seenIn("a", "c", 5000), 50 - SETTLES / 100);
  });

  test("begins anew for what was hidden too soon", () => {
    const looked = new Looked();
    looked.shown("a", "c", 5, 0);
    looked.hidden(SETTLES - 1);
    assert.equal(looked.seenIn("a", "c", 10_000), 0);
    looked.shown("a", "c", 5, 10_000);
    assert.equal(looked.seenIn("a", "c", 10_000 + SETTLES), 5);
  });

  test("begins with what had been read when it was opened", () => {
    const looked = new Looked();
    looked.opened("a", "c", 7);
    assert.equal(looked.seenIn("a", "c", 0), 7);
    looked.shown("a", "c", 7, 0);
    assert.equal(looked.wait(0), null);
  });

  test("what was seen and marked unread is seen anew once it is opened again", () => {
    const looked = new Looked();
    looked.opened("a", "c", 7);
    looked.shown("a", "c", 9, 0);
    assert.equal(looked.seenIn("a", "c", SETTLES), 9);
    looked.opened("a", "c", 6);
    looked.shown("a", "c", 9, 1000);
    assert.equal(looked.seenIn("a", "c", 1000), 6);
    assert.equal(looked.wait(1000), SETTLES);
  });

  test("tells what stood there from what came since", () => {
    const looked = new Looked();
    looked.opened("a", "c", 7, 9);
    looked.shown("a", "c", 12, 0);
    assert.equal(looked.stoodIn("a", "c"), 9);
    assert.equal(looked.stoodIn("a", "d"), 0);
    assert.equal(looked.seenIn("a", "c", SETTLES), 12);
  });

  test("means nothing in another epoch", () => {
    const looked = new Looked();
    looked.opened("a", "c", 900, 940);
    looked.shown("a", "c", 950, 0);
    assert.equal(looked.seenIn("b", "c", 10_000), 0);
    assert.equal(looked.stoodIn("b", "c"), 0);
    assert.equal(looked.wait(10_000), null);
  });

  test("never goes beyond what was shown, nor back", () => {
    for (let seed = 1; seed <= 40; seed++) {
      const roll = dice(seed);
      const looked = new Looked();
      const since = new Map<number, number>();
      let [now, position, before] = [0, 0, 0];
      for (let step = 0; step < 60; step++) {
        now += roll(400);
        if (roll(4) === 0) {
          looked.hidden(now);
          for (const [at, from] of since) if (from + SETTLES > now) since.delete(at);
        } else {
          position += roll(3);
          looked.shown("a", "c", position, now);
          if (position > 0 && !since.has(position)) since.set(position, now);
        }
        const settled = [...since].filter(([, from]) => from + SETTLES <= now).map(([at]) => at);
        const seen = looked.seenIn("a", "c", now);
        assert.equal(seen, Math.max(0, before, ...settled), `seed ${seed}`);
        assert.ok(seen >= before);
        before = seen;
      }
    }
  });
});

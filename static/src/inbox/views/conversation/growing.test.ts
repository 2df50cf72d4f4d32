import assert from "node:assert/strict";
import { test } from "node:test";
import type { Item } from "../../store/select";
import { firstDrawn } from "./growing";

const day = (n: number): Item => ({ type: "day", key: `day ${n}`, at: n });
const fresh: Item = { type: "fresh", key: "fresh" };
const days = (n: number) => Array.from({ length: n }, (_, at) => day(at));

test("a history is drawn from its end at first", () => {
  assert.equal(firstDrawn(days(100)), 88);
  assert.equal(firstDrawn(days(5)), 0);
  assert.equal(firstDrawn([]), 0);
});

test("what is new is drawn at once, from where it begins", () => {
  assert.equal(firstDrawn([...days(40), fresh, ...days(50)]), 38);
  assert.equal(firstDrawn([...days(60), fresh, day(61)]), 50);
  assert.equal(firstDrawn([fresh, ...days(50)]), 0);
});

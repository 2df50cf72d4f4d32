import assert from "node:assert/strict";
import { test } from "node:test";
import { linkedOf } from "./linked";

const files = [
  { name: "small", size: 2 },
  { name: "large", size: 9 },
  { name: "middle", size: 5 },
];

test("the largest go as links until the others are small enough together", () => {
  assert.deepEqual(linkedOf(files, 16), []);
  assert.deepEqual(linkedOf(files, 15), ["large"]);
  assert.deepEqual(linkedOf(files, 6), ["large", "middle"]);
  assert.deepEqual(linkedOf(files, 0), ["large", "middle", "small"]);
});

test("where nothing goes as a link nothing is said", () => {
  assert.deepEqual(linkedOf(files, null), []);
});

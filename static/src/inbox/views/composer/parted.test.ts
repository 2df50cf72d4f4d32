import assert from "node:assert/strict";
import { test } from "node:test";
import { partedInto } from "./parted";

test("what fits is one message, what is empty none", () => {
  assert.equal(partedInto("", 10), 0);
  assert.equal(partedInto(" \n ", 10), 0);
  assert.equal(partedInto("a".repeat(10), 10), 1);
  assert.equal(partedInto("  abc  ", 3), 1);
});

test("cut where it reads best, so that it may take one more than it would by length", () => {
  assert.equal(partedInto("one two three four", 10), 2);
  assert.equal(partedInto("aaaaaa\nbbbbbbbbb\ncccc", 10), 3);
  assert.equal(partedInto("A b. C d. Efghijklmnop", 12), 2);
  assert.equal(partedInto("가".repeat(21), 10), 3);
});

test("an emoji counts as two, and is never cut in two", () => {
  assert.equal(partedInto("😀".repeat(20), 10), 4);
  assert.equal(partedInto("😀".repeat(5), 5), 3);
  assert.equal(partedInto("a😀".repeat(4), 4), 4);
  assert.equal(partedInto("😀", 1), 1);
});

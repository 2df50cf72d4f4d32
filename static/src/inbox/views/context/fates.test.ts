import assert from "node:assert/strict";
import { test } from "node:test";
import { fateOf } from "./fates";

test("what the kept one says stands, what it does not say is filled in", () => {
  assert.equal(fateOf(["Kim", "Lee"], 0), "stands");
  assert.equal(fateOf(["Kim", "Lee"], 1), "set_aside");
  assert.equal(fateOf(["", "Lee"], 1), "fills");
  assert.equal(fateOf(["Kim", ""], 0), "stands");
});

test("what both say is set aside on neither side", () => {
  assert.deepEqual([fateOf(["Basic", "Basic"], 0), fateOf(["Basic", "Basic"], 1)], ["equal", "equal"]);
});

test("where nothing is said nothing becomes of it", () => {
  assert.deepEqual([fateOf(["", "Lee"], 0), fateOf(["Kim", ""], 1), fateOf(["", ""], 0)], [null, null, null]);
});

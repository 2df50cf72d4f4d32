import assert from "node:assert/strict";
import { test } from "node:test";
import { partsOf } from "./segments";

const rules = {
  basic: " abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.,!?",
  double: "€[]",
  alone: 160,
  together: 153,
  wide_alone: 70,
  wide_together: 67,
};
const counted = (text: string) => {
  const { parts, left, wide } = partsOf(text, rules);
  return [parts, left, wide];
};

test("one part as long as it fits whole, then shorter ones", () => {
  assert.deepEqual(counted(""), [0, 160, false]);
  assert.deepEqual(counted("a".repeat(160)), [1, 0, false]);
  assert.deepEqual(counted("a".repeat(161)), [2, 145, false]);
  assert.deepEqual(counted("a".repeat(306)), [2, 0, false]);
  assert.deepEqual(counted("a".repeat(307)), [3, 152, false]);
});

test("some letters count twice", () => {
  assert.deepEqual(counted(`${"a".repeat(158)}€`), [1, 0, false]);
  assert.deepEqual(counted(`${"a".repeat(159)}€`), [2, 145, false]);
});

test("Hangul and emoji make every part shorter; no letter is cut in two", () => {
  assert.deepEqual(counted("가".repeat(70)), [1, 0, true]);
  assert.deepEqual(counted("가".repeat(71)), [2, 63, true]);
  assert.deepEqual(counted(`${"가".repeat(66)}😀${"가".repeat(5)}`), [2, 60, true]);
});

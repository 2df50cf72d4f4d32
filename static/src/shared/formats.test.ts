import assert from "node:assert/strict";
import { test } from "node:test";
import { dates, distances, languages, lists, numbers, plurals } from "./formats";

test("a formatter is made once for its language and options, and no other takes its place", () => {
  assert.equal(numbers("en"), numbers("en"));
  assert.notEqual(numbers("en"), numbers("ko"));
  assert.notEqual(numbers("en"), numbers("en", { style: "percent" }));
  assert.notEqual(numbers("en") as unknown, dates("en", {}));
  assert.equal(dates("en", { weekday: "short" }), dates("en", { weekday: "short" }));
  assert.equal(distances("ko"), distances("ko"));
  assert.equal(lists("ko"), lists("ko"));
  assert.equal(languages("ko"), languages("ko"));
  assert.notEqual(lists("ko") as unknown, languages("ko"));
});

test("each says it in its own language", () => {
  assert.equal(numbers("en").format(1234), "1,234");
  assert.equal(numbers("ko", { style: "unit", unit: "minute", unitDisplay: "narrow" }).format(4), "4분");
  assert.equal(dates("en", { weekday: "short", timeZone: "UTC" }).format(0), "Thu");
  assert.equal(distances("en").format(-1, "day"), "yesterday");
  assert.equal(lists("en").format(["a", "b", "c"]), "a, b, c");
  assert.equal(languages("ko").of("en"), "영어");
  assert.deepEqual([plurals("en").select(1), plurals("en").select(2), plurals("ko").select(1)], ["one", "other", "other"]);
});

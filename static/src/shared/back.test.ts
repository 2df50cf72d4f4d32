import assert from "node:assert/strict";
import { test } from "node:test";
import { backAt } from "./back";

const NOON = new Date(2026, 10, 23, 12, 0).getTime(); // a Monday
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const time = (at: number) => new Intl.DateTimeFormat("ko", { hour: "numeric", minute: "2-digit" }).format(at);

test("today by the hour, within the week by its day, later by its date", () => {
  assert.deepEqual(backAt(NOON + 3 * HOUR, NOON, "ko"), ["away.back_today", { time: time(NOON + 3 * HOUR) }]);
  assert.deepEqual(backAt(NOON + DAY, NOON, "ko"), ["away.back", { day: "화요일", time: time(NOON + DAY) }]);
  const [key, { day }] = backAt(NOON + 2 * DAY, NOON, "en");
  assert.deepEqual([key, day], ["away.back", "Wednesday"]);
  assert.deepEqual(backAt(NOON + 9 * DAY, NOON, "ko")[1].day, "12월 2일");
});

test("a minute after midnight is another day", () => {
  const late = new Date(2026, 10, 23, 23, 59).getTime();
  assert.equal(backAt(late + 120_000, late, "en")[0], "away.back");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { asMinute, asTime, dayName, DAYS, mondayToFriday, nextClockChange, nextRange, sameClock, timeWords, wrongWith } from "./week";

test("days are called as the language calls them", () => {
  assert.deepEqual(
    DAYS.map((day) => dayName(day, "ko")),
    ["월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일"],
  );
  assert.equal(dayName("mon", "en"), "Monday");
  assert.equal(dayName("sun", "en"), "Sunday");
});

test("times come back as they went, and an end at midnight is the next one", () => {
  for (const minute of [0, 1, 540, 1439]) assert.equal(asMinute(asTime(minute), false), minute);
  assert.equal(asTime(1440), "00:00");
  assert.equal(asMinute("00:00", true), 1440);
  assert.equal(asMinute("", true), null);
});

test("ranges must be in order and apart; touching is fine", () => {
  assert.equal(wrongWith([]), null);
  assert.equal(wrongWith([[540, 720], [720, 1440]]), null);
  assert.equal(wrongWith([[780, 1080], [540, 720]]), null);
  assert.equal(wrongWith([[540, 540]]), "order");
  assert.equal(wrongWith([[1320, 120]]), "order");
  assert.equal(wrongWith([[540, 720], [700, 800]]), "overlap");
  assert.equal(wrongWith([[540, 720], [540, 720]]), "overlap");
});

test("what is offered next never lies in another range", () => {
  let ranges: [number, number][] = [];
  assert.deepEqual(nextRange(ranges), [540, 1080]);
  ranges = [[540, 720]];
  assert.deepEqual(nextRange(ranges), [780, 1020]);
  assert.equal(wrongWith([...ranges, nextRange(ranges)]), null);
  assert.deepEqual(nextRange([[0, 1400]]), [1400, 1440]);
});

test("Monday is copied to weekdays, not to the weekend", () => {
  const week = mondayToFriday({ mon: [[540, 1080]], wed: [[0, 60]], sat: [[600, 720]] });
  assert.deepEqual(week.wed, [[540, 1080]]);
  assert.deepEqual(week.fri, [[540, 1080]]);
  assert.deepEqual(week.sat, [[600, 720]]);
  assert.equal(week.sun, undefined);
});

test("the clocks' next change is found to the minute", () => {
  const now = Date.UTC(2026, 10, 22);
  const change = nextClockChange("America/New_York", now);
  assert.deepEqual(change, { at: Date.UTC(2027, 2, 14, 7), by: 60 });
  assert.deepEqual(nextClockChange("Europe/Berlin", Date.UTC(2026, 8, 1)), { at: Date.UTC(2026, 9, 25, 1), by: -60 });
  assert.equal(nextClockChange("Asia/Seoul", now), null);
  assert.equal(nextClockChange("Asia/Kolkata", now), null);
});

test("two places whose clocks show the same now are told from those that do not", () => {
  const now = Date.UTC(2026, 10, 22, 9);
  assert.equal(sameClock(now, "Asia/Seoul", "Asia/Tokyo"), true);
  assert.equal(sameClock(now, "Europe/London", "UTC"), true);
  assert.equal(sameClock(now, "Europe/London", "Asia/Seoul"), false);
  assert.equal(sameClock(Date.UTC(2026, 6, 1), "Europe/London", "UTC"), false);
});

test("a minute of the day is read as the language writes times", () => {
  const plain = (text: string) => text.replace(/\s/g, " ");
  assert.deepEqual([0, 570, 1080, 1440].map((at) => plain(timeWords(at, "en"))), ["12:00 AM", "9:30 AM", "6:00 PM", "12:00 AM"]);
  assert.equal(plain(timeWords(1080, "ko")), "오후 6:00");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import english from "../i18n/inbox.en.json";
import korean from "../i18n/inbox.ko.json";
import { writtenAs } from "./formats";
import {
  clock,
  date,
  dayName,
  exact,
  lasting,
  relative,
  shortMoment,
  span,
  stamp,
  waited,
  waitedShort,
} from "./time";

const noon = new Date(2026, 2, 10, 12).getTime();
const minute = 60_000;

test("relative times speak both languages, past and future", () => {
  assert.equal(relative(noon - 3 * minute, noon, "ko", "!"), "3분 전");
  assert.equal(relative(noon - 3 * minute, noon, "en", "!"), "3 minutes ago");
  assert.equal(relative(noon + 24 * 60 * minute, noon, "en", "!"), "tomorrow");
});

test("what is hardly over was just now; what is about to be is now", () => {
  const said = { en: english["moment.just_now"], ko: korean["moment.just_now"] };
  for (const before of [0, 10_000, 44_000]) {
    assert.equal(relative(noon - before, noon, "ko", said.ko), "방금");
    assert.equal(relative(noon - before, noon, "en", said.en), "just now");
  }
  assert.equal(relative(noon - 46_000, noon, "ko", said.ko), "1분 전");
  assert.equal(relative(noon + 10_000, noon, "ko", said.ko), "지금");
  assert.equal(relative(noon + 10_000, noon, "en", said.en), "now");
});

test("day lines name near days and dates beyond", () => {
  assert.equal(dayName(noon, noon, "en"), "Today");
  assert.equal(dayName(noon - 13 * 60 * minute, noon, "ko"), "어제");
  assert.equal(dayName(new Date(2025, 11, 24).getTime(), noon, "ko"), "2025년 12월 24일 수요일");
});

test("a list row says the time, the weekday or the date", () => {
  assert.equal(shortMoment(noon - minute, noon, "ko"), "오전 11:59");
  assert.equal(shortMoment(noon - 3 * 24 * 60 * minute, noon, "en"), "Sat");
  assert.equal(shortMoment(noon - 3 * 24 * 60 * minute, noon, "ko"), "토요일");
  assert.equal(shortMoment(new Date(2026, 0, 2).getTime(), noon, "en"), "Jan 2");
});

test("a span is told in the largest unit that it is whole in", () => {
  assert.equal(span(3 * 24 * 60 * minute, "ko"), "3일");
  assert.equal(span(60 * minute, "en"), "1 hour");
  assert.equal(span(90 * minute, "en"), "90 minutes");
});

test("waiting is told in one unit", () => {
  assert.equal(waited(noon - 59 * minute, noon, "ko"), "59분");
  assert.equal(waited(noon - 61 * minute, noon, "en"), "1h");
  assert.equal(waited(noon + 5 * minute, noon, "en"), "0m");
  assert.equal(waitedShort(noon - minute / 2, noon, "en"), "now");
  assert.equal(waitedShort(noon - minute / 2, noon, "ko"), "지금");
  assert.equal(waitedShort(noon - minute, noon, "en"), "1m");
});

test("what is left of a window is told to the minute", () => {
  const hour = 60 * minute;
  assert.equal(lasting(23 * hour + 12 * minute - 1000, "en"), "23h 12m");
  assert.equal(lasting(23 * hour + 12 * minute, "ko"), "23시간 12분");
  assert.equal(lasting(2 * hour, "en"), "2h");
  assert.equal(lasting(30_000, "en"), "1m");
});

test("times, dates and stamps are written as the reader's country writes them", () => {
  const at = new Date(2026, 10, 22, 23, 32, 26).getTime();
  const plain = (text: string) => text.replace(/\s/g, " ");
  try {
    writtenAs(["ko-KR", "en-GB", "en-US"]);
    assert.equal(clock(at, "en"), "23:32");
    assert.equal(date("2024-11-05", "en"), "5 Nov 2024");
    assert.equal(stamp(at, "en"), "22 Nov 2026, 23:32:26");
    assert.equal(plain(exact(at, "ko")), "2026년 11월 22일 일요일 오후 11:32");
    writtenAs(["de-DE"]);
    assert.equal(plain(clock(at, "en")), "11:32 PM");
    writtenAs(["en-US@posix", "en-GB"]);
    assert.equal(clock(at, "en"), "23:32", "what is no language is passed over");
  } finally {
    writtenAs([]);
  }
  assert.equal(plain(stamp(at, "en")), "Nov 22, 2026, 11:32:26 PM");
  assert.equal(plain(stamp(at, "ko")), "2026. 11. 22. 오후 11:32:26");
});

test("a date without a time is the same day everywhere; what is no date stays", () => {
  assert.equal(date("2024-11-05", "en"), "Nov 5, 2024");
  assert.equal(date("2024-11-05", "ko"), "2024. 11. 5.");
  for (const other of ["", "soon", "2024-13-77", "2024-11"]) assert.equal(date(other, "en"), other);
});

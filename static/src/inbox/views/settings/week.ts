// A week as it is set: ranges in minutes from midnight, on the clock of a place. Pure.

import { dates } from "../../../shared/formats";

export type Range = readonly [number, number];
export type DayName = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";
export type Week = Readonly<Partial<Record<DayName, readonly Range[]>>>;

export const DAYS: readonly DayName[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
export const MIDNIGHT = 1440;
const MONDAY = Date.UTC(2024, 0, 1);
const DAY = 86_400_000; // ms
const MINUTE = 60_000; // ms

/** "Monday", "월요일". */
export function dayName(day: DayName, language: string): string {
  const at = MONDAY + DAYS.indexOf(day) * DAY;
  return dates(language, { weekday: "long", timeZone: "UTC" }).format(at);
}

/** As people read it: "9:00 AM", "오전 9:00"; the next midnight is midnight. */
export function timeWords(minute: number, language: string): string {
  return dates(language, { hour: "numeric", minute: "2-digit", timeZone: "UTC" }).format(MONDAY + minute * MINUTE);
}

/** As an input of type `time` has it; the next midnight is 00:00. */
export function asTime(minute: number): string {
  const at = minute % MIDNIGHT;
  return `${String(Math.floor(at / 60)).padStart(2, "0")}:${String(at % 60).padStart(2, "0")}`;
}

/** What such an input says, null when it is empty; an end at 00:00 is the next midnight. */
export function asMinute(time: string, isEnd: boolean): number | null {
  const found = /^(\d{2}):(\d{2})/.exec(time);
  if (!found) return null;
  const minute = Number(found[1]) * 60 + Number(found[2]);
  return isEnd && minute === 0 ? MIDNIGHT : minute;
}

export type Wrong = "order" | "overlap";

/** What is wrong with a day's ranges. */
export function wrongWith(ranges: readonly Range[]): Wrong | null {
  if (ranges.some(([start, end]) => start >= end)) return "order";
  const sorted = inOrder(ranges);
  return sorted.some(([start], index) => index > 0 && start < (sorted[index - 1]?.[1] ?? 0)) ? "overlap" : null;
}

export function inOrder(ranges: readonly Range[]): Range[] {
  return [...ranges].sort((a, b) => a[0] - b[0]);
}

/** The range that is offered after those a day has: two hours later for as long, or what is left of the day. */
export function nextRange(ranges: readonly Range[]): Range {
  const last = inOrder(ranges).at(-1);
  if (!last) return [540, 1080];
  const start = Math.min(last[1] + 60, MIDNIGHT - 60);
  return [Math.max(start, Math.min(last[1], MIDNIGHT - 1)), Math.min(start + 240, MIDNIGHT)];
}

/** What Monday has, on Tuesday to Friday too. */
export function mondayToFriday(week: Week): Week {
  const monday = week.mon ?? [];
  return { ...week, tue: monday, wed: monday, thu: monday, fri: monday };
}

function offsetAt(zone: string, at: number): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value ?? 0);
  const wall = Date.UTC(
    part("year"),
    part("month") - 1,
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  );
  return Math.round((wall - Math.floor(at / 1000) * 1000) / MINUTE);
}

export interface ClockChange {
  at: number;
  /** Minutes by which the clocks go forward; less than nothing: back. */
  by: number;
}

const SEEN = 400; // days

/** When the clocks of a place change next; null: not within a year. */
export function nextClockChange(zone: string, now: number): ClockChange | null {
  const before = offsetAt(zone, now);
  for (let day = 1; day <= SEEN; day += 7) {
    const after = offsetAt(zone, now + day * DAY);
    if (after === before) continue;
    let [early, late] = [now + Math.max(0, day - 7) * DAY, now + day * DAY];
    while (late - early > 1000) {
      const middle = (early + late) / 2;
      if (offsetAt(zone, middle) === before) early = middle;
      else late = middle;
    }
    return { at: Math.floor(late / MINUTE) * MINUTE, by: after - before };
  }
  return null;
}

/** Whether the clocks of two places show the same time at this moment. */
export function sameClock(at: number, one: string, other: string): boolean {
  const shown = (timeZone: string) =>
    new Intl.DateTimeFormat("en", { timeZone, dateStyle: "short", timeStyle: "short" }).format(at);
  return shown(one) === shown(other);
}

// Times in the reader's words, by Intl. Everything takes milliseconds and the language; nothing reads the clock itself.

import { dates, distances, numbers } from "./formats";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export function startOfDay(at: number): number {
  const day = new Date(at);
  day.setHours(0, 0, 0, 0);
  return day.getTime();
}

/** Midnights between the two, in local days; summer time makes some of them 23 or 25 hours. */
function daysBetween(earlier: number, later: number): number {
  return Math.round((startOfDay(later) - startOfDay(earlier)) / DAY);
}

/** "14:05", "오후 2:05". */
export function clock(at: number, language: string): string {
  return dates(language, { hour: "numeric", minute: "2-digit" }).format(at);
}

/** To the second, for what is looked up line by line: "Nov 22, 2026, 11:32:26 PM", "2026. 11. 22. 오후 11:32:26". */
export function stamp(at: number, language: string): string {
  return dates(language, { dateStyle: "medium", timeStyle: "medium" }).format(at);
}

/** A day that is written as 2024-11-05: "Nov 5, 2024", "2024. 11. 5."; what is no such day stays as it is. */
export function date(written: string, language: string): string {
  const at = /^\d{4}-\d\d-\d\d$/.test(written) ? Date.parse(`${written}T00:00:00Z`) : NaN;
  return Number.isNaN(at) ? written : dates(language, { dateStyle: "medium", timeZone: "UTC" }).format(at);
}

/** The whole moment, for hover and screen readers. */
export function exact(at: number, language: string): string {
  return dates(language, { dateStyle: "full", timeStyle: "short" }).format(at);
}

/** "Today", "Yesterday", "Tuesday, 3 March", with the year where it is another one: for day lines. */
export function dayName(at: number, now: number, language: string): string {
  const days = daysBetween(at, now);
  if (days === 0 || days === 1) {
    const name = distances(language).format(-days, "day");
    return name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
  }
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return dates(language, {
    weekday: "long",
    month: "long",
    day: "numeric",
    ...(sameYear ? {} : { year: "numeric" }),
  }).format(at);
}

/** As short as a list row allows: the time today, the weekday this week, else the date. */
export function shortMoment(at: number, now: number, language: string): string {
  const days = daysBetween(at, now);
  if (days <= 0) return clock(at, language);
  // "Wed" is read as a day, "수" alone as nothing.
  if (days < 7) return dates(language, { weekday: language === "ko" ? "long" : "short" }).format(at);
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return dates(language, sameYear ? { month: "short", day: "numeric" } : { dateStyle: "short" }).format(at);
}

/** "3 minutes ago", "3분 전", "tomorrow"; the future too. `justNow` is what a moment that is hardly over is called: Intl
 *  knows "now" and "지금" alone, which speak of what lasts. */
export function relative(at: number, now: number, language: string, justNow: string): string {
  const words = distances(language);
  const ahead = at - now;
  const size = Math.abs(ahead);
  if (size < 45 * SECOND) return ahead < SECOND ? justNow : words.format(0, "second");
  if (size < HOUR) return words.format(Math.round(ahead / MINUTE), "minute");
  if (size < DAY) return words.format(Math.round(ahead / HOUR), "hour");
  const days = daysBetween(now, at);
  if (Math.abs(days) < 30) return words.format(days, "day");
  if (Math.abs(days) < 365) return words.format(Math.round(days / 30), "month");
  return words.format(Math.round(days / 365), "year");
}

/** How long somebody has been waiting, in one unit: "4m", "2h", "3d"; "4분", "2시간", "3일". */
export function waited(since: number, now: number, language: string): string {
  const span = Math.max(0, now - since);
  const [n, unit] =
    span < HOUR
      ? [Math.floor(span / MINUTE), "minute"]
      : span < DAY
        ? [Math.floor(span / HOUR), "hour"]
        : [Math.floor(span / DAY), "day"];
  return numbers(language, { style: "unit", unit, unitDisplay: "narrow" }).format(n);
}

/** What is left of a time: "23h 12m", "48m"; "23시간 12분". A minute that has begun counts. */
export function lasting(ms: number, language: string): string {
  const minutes = Math.max(1, Math.ceil(ms / MINUTE));
  const say = (n: number, unit: string) => numbers(language, { style: "unit", unit, unitDisplay: "narrow" }).format(n);
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return [...(hours ? [say(hours, "hour")] : []), ...(rest || !hours ? [say(rest, "minute")] : [])].join(" ");
}

/** A span in its largest whole unit, as a sentence has it: "3 hours", "7일". */
export function span(ms: number, language: string): string {
  const [n, unit] = ms % DAY === 0 ? [ms / DAY, "day"] : ms % HOUR === 0 ? [ms / HOUR, "hour"] : [ms / MINUTE, "minute"];
  const form = { style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 } as const;
  return numbers(language, form).format(n);
}

/** How long somebody waits, for a list: less than a minute is "now", "지금". */
export function waitedShort(since: number, now: number, language: string): string {
  if (now - since < MINUTE) return distances(language).format(0, "second");
  return waited(since, now, language);
}

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
  if (days < 7) return dates(language, { weekday: "short" }).format(at);
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

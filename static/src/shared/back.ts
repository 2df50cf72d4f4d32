// When a closed team is back, in words for customers: today by the hour, within the week by its day, later by its date.

import { dates } from "./formats";
import { DAY, startOfDay } from "./time";

export type BackKey = "away.back_today" | "away.back";

/** Which words of the widget's catalogue say it, and what stands in their places; on the clock of this browser. */
export function backAt(at: number, now: number, language: string): [BackKey, Record<string, string>] {
  const said = (form: Intl.DateTimeFormatOptions) => dates(language, form).format(at);
  const time = said({ hour: "numeric", minute: "2-digit" });
  const days = Math.round((startOfDay(at) - startOfDay(now)) / DAY);
  if (days === 0) return ["away.back_today", { time }];
  return ["away.back", { day: said(days < 7 ? { weekday: "long" } : { month: "long", day: "numeric" }), time }];
}

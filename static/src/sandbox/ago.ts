import { language } from "./words";

const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });

/** "5 min. ago". */
export function ago(at: number): string {
  const seconds = Math.min(0, Math.round((at - Date.now()) / 1000));
  return seconds > -60 ? relative.format(seconds, "second") : relative.format(Math.round(seconds / 60), "minute");
}

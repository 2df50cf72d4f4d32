import { clock, exact, relative, shortMoment } from "../../shared/time";
import { now } from "../clock";
import { language, t } from "../words";

/** "3 minutes ago", "방금". */
export function ago(at: number, since: number, lang: string): string {
  return relative(at, since, lang, t("moment.just_now"));
}

const SAID = { clock: (at: number, _now: number, lang: string) => clock(at, lang), relative: ago, short: shortMoment };

/** A time in words, the exact one on hover and for screen readers. */
export function Moment({ at, as = "relative" }: { at: number; as?: keyof typeof SAID }) {
  const whole = exact(at, language.value);
  return (
    <time class="moment" dateTime={new Date(at).toISOString()} title={whole}>
      {SAID[as](at, now.value, language.value)}
    </time>
  );
}

import { clock, exact, relative, shortMoment } from "../../shared/time";
import { now } from "../clock";
import { language } from "../words";

const SAID = { clock: (at: number, _now: number, lang: string) => clock(at, lang), relative, short: shortMoment };

/** A time in words, the exact one on hover and for screen readers. */
export function Moment({ at, as = "relative" }: { at: number; as?: keyof typeof SAID }) {
  const whole = exact(at, language.value);
  return (
    <time class="moment" dateTime={new Date(at).toISOString()} title={whole}>
      {SAID[as](at, now.value, language.value)}
    </time>
  );
}

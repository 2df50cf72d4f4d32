// The ranges of one day, whichever day it is.

import { Icon } from "../../ui/icons";
import { t } from "../../words";
import { asMinute, asTime, MIDNIGHT, nextRange, type Range, wrongWith } from "./week";

const MOST = 12; // ranges a day, as the server takes them

interface RangesProps {
  /** Whose they are: heard with every field. */
  name: string;
  ranges: readonly Range[];
  change: (ranges: Range[]) => void;
}

function Time({ label, minute, isEnd, change }: { label: string; minute: number; isEnd: boolean; change: (minute: number) => void }) {
  return (
    <input
      class="input time"
      type="time"
      required
      aria-label={label}
      value={asTime(minute)}
      onChange={(event) => {
        const said = asMinute(event.currentTarget.value, isEnd);
        if (said !== null) change(said);
      }}
    />
  );
}

export function Ranges({ name, ranges, change }: RangesProps) {
  const wrong = wrongWith(ranges);
  const put = (at: number, range: Range) => change(ranges.map((one, index) => (index === at ? range : one)));
  const full = ranges.length >= MOST || ranges.some(([, end]) => end === MIDNIGHT);
  return (
    <div class="ranges">
      {ranges.length === 0 && <span class="ranges-closed faint">{t("hours.closed_day")}</span>}
      {ranges.map(([start, end], at) => (
        <span key={at} class="range">
          <Time
            label={t("hours.from", { day: name })}
            minute={start}
            isEnd={false}
            change={(minute) => put(at, [minute, end])}
          />
          <span aria-hidden="true">–</span>
          <Time label={t("hours.to", { day: name })} minute={end} isEnd change={(minute) => put(at, [start, minute])} />
          <button
            type="button"
            class="button quiet square small"
            aria-label={t("hours.range_off", { day: name })}
            onClick={() => change(ranges.filter((_, index) => index !== at))}
          >
            <Icon name="close" size={14} />
          </button>
        </span>
      ))}
      <button
        type="button"
        class="button quiet small"
        aria-label={t("hours.range_add", { day: name })}
        disabled={full}
        onClick={() => change([...ranges, nextRange(ranges)])}
      >
        <Icon name="plus" size={14} />
      </button>
      {wrong && (
        <p class="field-problem" role="alert">
          {t(wrong === "order" ? "hours.wrong_order" : "hours.wrong_overlap")}
        </p>
      )}
    </div>
  );
}

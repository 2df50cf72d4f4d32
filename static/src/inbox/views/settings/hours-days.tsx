// Days that are not as their weekday: holidays, closed whole, and exceptions with times of their own.

import type { ComponentChildren } from "preact";
import { Icon } from "../../ui/icons";
import { t } from "../../words";
import { Ranges } from "./hours-ranges";
import type { Range } from "./week";

export interface OtherDay {
  date: string;
  name: string;
  /** Null: a holiday, closed whole. */
  ranges: readonly Range[] | null;
}

const MOST = 400; // of a kind, as the server takes them

/** The day after the last one, or tomorrow. */
function nextDate(days: readonly OtherDay[]): string {
  const last = days.map((one) => one.date).sort().at(-1);
  const at = last ? Date.parse(`${last}T00:00:00Z`) : Date.now();
  return new Date(at + 86_400_000).toISOString().slice(0, 10);
}

/** Dates that stand there more than once. */
export function twice(days: readonly OtherDay[]): string[] {
  const dates = days.map((one) => one.date);
  return dates.filter((date, at) => dates.indexOf(date) !== at);
}

function Row({
  day,
  change,
  drop,
  isTwice,
  children,
}: {
  day: OtherDay;
  change: (some: Partial<OtherDay>) => void;
  drop: () => void;
  isTwice: boolean;
  children?: ComponentChildren;
}) {
  return (
    <li class="other-day">
      <input
        class="input"
        type="date"
        required
        aria-label={t("hours.date")}
        aria-invalid={isTwice}
        value={day.date}
        onChange={(event) => event.currentTarget.value && change({ date: event.currentTarget.value })}
      />
      <input
        class="input other-day-name"
        maxLength={120}
        aria-label={t("hours.day_name")}
        placeholder={t("hours.day_name")}
        value={day.name}
        onInput={(event) => change({ name: event.currentTarget.value })}
      />
      {children}
      <button
        type="button"
        class="button quiet square small"
        aria-label={t("hours.day_off", { day: day.name || day.date })}
        onClick={drop}
      >
        <Icon name="trash" size={15} />
      </button>
      {isTwice && (
        <p class="field-problem" role="alert">
          {t("hours.twice")}
        </p>
      )}
    </li>
  );
}

interface DaysProps {
  title: string;
  more: string;
  add: string;
  days: readonly OtherDay[];
  /** What a new one begins with. */
  ranges: readonly Range[] | null;
  change: (days: OtherDay[]) => void;
}

export function Days({ title, more, add, days, ranges, change }: DaysProps) {
  const doubled = twice(days);
  const put = (at: number, some: Partial<OtherDay>) =>
    change(days.map((one, index) => (index === at ? { ...one, ...some } : one)));
  return (
    <fieldset class="field other-days">
      <legend>{title}</legend>
      <p class="faint">{more}</p>
      <ul>
        {days.map((day, at) => (
          <Row
            key={at}
            day={day}
            isTwice={doubled.includes(day.date)}
            change={(some) => put(at, some)}
            drop={() => change(days.filter((_, index) => index !== at))}
          >
            {day.ranges && (
              <Ranges name={day.name || day.date} ranges={day.ranges} change={(fresh) => put(at, { ranges: fresh })} />
            )}
          </Row>
        ))}
      </ul>
      <button
        type="button"
        class="button small other-days-add"
        disabled={days.length >= MOST}
        onClick={() => change([...days, { date: nextDate(days), name: "", ranges }])}
      >
        <Icon name="plus" size={14} />
        {add}
      </button>
    </fieldset>
  );
}

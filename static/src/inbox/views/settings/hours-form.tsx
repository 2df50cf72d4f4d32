// A team's hours as they are written: where, which week, which days are otherwise, and what customers are told by them.

import { useState } from "preact/hooks";
import type { HoursView, SetHours, TeamView } from "../../../wire";
import { put, remove } from "../../api";
import { Dialog } from "../../ui/dialog";
import { Problem } from "../../ui/problem";
import { language, t } from "../../words";
import { Form, useSending } from "./form";
import { Days, type OtherDay, twice } from "./hours-days";
import type { Following } from "./hours-chats";
import { HoursPreview } from "./hours-preview";
import { Ranges } from "./hours-ranges";
import { ownZone, ZoneField } from "./hours-zone";
import { dayName, DAYS, inOrder, mondayToFriday, type Range, type Week, wrongWith } from "./week";

interface Written {
  zone: string;
  week: Week;
  holidays: readonly OtherDay[];
  overrides: readonly OtherDay[];
}

const NINE_TO_SIX: Range = [540, 1080];

function asRanges(told: readonly unknown[][]): Range[] {
  return told.map(([start, end]) => [Number(start), Number(end)]);
}

function writtenOf(hours: HoursView | null): Written {
  if (!hours) return { zone: ownZone(), week: mondayToFriday({ mon: [NINE_TO_SIX] }), holidays: [], overrides: [] };
  return {
    zone: hours.zone,
    week: Object.fromEntries(DAYS.map((day) => [day, asRanges(hours.week[day] ?? [])])),
    holidays: hours.holidays.map(({ date, name }) => ({ date, name, ranges: null })),
    overrides: hours.overrides.map(({ date, name, ranges }) => ({ date, name, ranges: asRanges(ranges) })),
  };
}

function sent({ zone, week, holidays, overrides }: Written): SetHours {
  const ranges = (some: readonly Range[]) => inOrder(some).map(([start, end]) => [start, end]);
  return {
    zone,
    week: Object.fromEntries(DAYS.map((day) => [day, ranges(week[day] ?? [])])),
    holidays: holidays.map(({ date, name }) => ({ date, name: name.trim() })),
    overrides: overrides.map((one) => ({ date: one.date, name: one.name.trim(), ranges: ranges(one.ranges ?? []) })),
  };
}

/** Every day's ranges in order and apart, no date twice: what the server takes. */
function isWhole({ week, holidays, overrides }: Written): boolean {
  const days = [...Object.values(week), ...overrides.map((one) => one.ranges ?? [])];
  return days.every((ranges) => wrongWith(ranges) === null) && !twice(holidays).length && !twice(overrides).length;
}

function WeekField({ week, change }: { week: Week; change: (week: Week) => void }) {
  return (
    <fieldset class="field">
      <legend>{t("hours.week")}</legend>
      <ul class="week">
        {DAYS.map((day) => {
          const name = dayName(day, language.value);
          return (
            <li key={day} class="week-day">
              <span class="week-name">{name}</span>
              <Ranges name={name} ranges={week[day] ?? []} change={(ranges) => change({ ...week, [day]: ranges })} />
              {day === "mon" && (
                <button type="button" class="button small" onClick={() => change(mondayToFriday(week))}>
                  {t("hours.copy_monday")}
                </button>
              )}
            </li>
          );
        })}
      </ul>
      <small class="faint">{t("hours.midnight")}</small>
    </fieldset>
  );
}

interface HoursDialogProps {
  team: TeamView;
  hours: HoursView | null;
  chats: readonly Following[];
  close: () => void;
  done: () => void;
}

export function HoursDialog({ team, hours, chats, close, done }: HoursDialogProps) {
  const [written, setWritten] = useState(() => writtenOf(hours));
  const change = (some: Partial<Written>) => setWritten((before) => ({ ...before, ...some }));
  const { problem, send } = useSending();
  const whole = isWhole(written);
  const over = () => {
    done();
    close();
  };
  return (
    <Dialog title={t("hours.of", { team: team.name })} wide close={close}>
      <Form
        label={t("save")}
        cancel={close}
        disabled={!whole}
        save={() => put(`/teams/${team.id}/hours`, sent(written))}
        done={over}
      >
        <div class="hours-form">
          <div class="form">
            <ZoneField zone={written.zone} change={(zone) => change({ zone })} />
            <WeekField week={written.week} change={(week) => change({ week })} />
          </div>
          <div class="form">
            <HoursPreview team={team.name} chats={chats} hours={whole ? sent(written) : null} />
            <Days
              title={t("hours.holidays")}
              more={t("hours.holidays_more")}
              add={t("hours.holiday_add")}
              days={written.holidays}
              ranges={null}
              change={(holidays) => change({ holidays })}
            />
            <Days
              title={t("hours.overrides")}
              more={t("hours.overrides_more")}
              add={t("hours.override_add")}
              days={written.overrides}
              ranges={[NINE_TO_SIX]}
              change={(overrides) => change({ overrides })}
            />
            {hours && (
              <div>
                <button
                  type="button"
                  class="button danger-quiet"
                  onClick={() => void send(() => remove(`/teams/${team.id}/hours`)).then((gone) => gone && over())}
                >
                  {t("hours.forget")}
                </button>
                <p class="faint">{t("hours.forget_more")}</p>
              </div>
            )}
            <Problem text={problem} />
          </div>
        </div>
      </Form>
    </Dialog>
  );
}

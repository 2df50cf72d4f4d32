// When each team answers: how it stands now, and its week.

import { useState } from "preact/hooks";
import { lists } from "../../../shared/formats";
import { dayName as dayOf, clock, startOfDay } from "../../../shared/time";
import type { AccountsSetup, HoursList, HoursView, TeamView } from "../../../wire";
import { now } from "../../clock";
import { known } from "../../store";
import { Icon } from "../../ui/icons";
import { Empty, Failed, Skeleton } from "../../ui/states";
import { language, t } from "../../words";
import { useFetched } from "./fetched";
import { HoursDialog } from "./hours-form";
import { type Following, followingOf } from "./hours-chats";
import { ownZone } from "./hours-zone";
import { changes } from "./told";
import { dayName, DAYS, sameClock, timeWords } from "./week";

/** "18:00" today, "Monday 09:00" later; where the team's clock shows another time, it is said whose time this is. */
function moment(at: number, zone: string): string {
  const time = clock(at, language.value);
  const said = startOfDay(at) === startOfDay(now.value) ? time : `${dayOf(at, now.value, language.value)} ${time}`;
  return sameClock(at, zone, ownZone()) ? said : t("hours.own_time", { time: said });
}

function Standing({ hours }: { hours: HoursView | undefined }) {
  if (!hours) return <span class="faint">{t("hours.unsaid")}</span>;
  return (
    <>
      <span class={hours.open ? "badge good" : "badge"}>{t(hours.open ? "hours.open" : "hours.closed")}</span>{" "}
      {hours.until !== null && (
        <span class="faint">{t(hours.open ? "hours.until" : "hours.back", { time: moment(hours.until, hours.zone) })}</span>
      )}
    </>
  );
}

function asRead(minute: unknown): string {
  return timeWords(Number(minute), language.value);
}

/** The week in few words: days with the same ranges stand together. */
function weekWords(hours: HoursView): string[] {
  const said: { days: string[]; ranges: string }[] = [];
  for (const day of DAYS) {
    const ranges = (hours.week[day] ?? []).map(([start, end]) => `${asRead(start)}–${asRead(end)}`);
    const last = said.at(-1);
    const words = ranges.join(", ") || t("hours.closed_day");
    if (last && last.ranges === words) last.days.push(dayName(day, language.value));
    else said.push({ days: [dayName(day, language.value)], ranges: words });
  }
  return said.map(({ days, ranges }) => `${days.length > 1 ? `${days[0]}–${days.at(-1)}` : days[0]} ${ranges}`);
}

/** Which chats tell customers of these hours; one that names another team, or none, does not. */
function ToldIn({ chats }: { chats: readonly Following[] }) {
  const names = lists(language.value).format(chats.map((chat) => chat.label));
  return (
    <span class="rows-under faint">
      {chats.length > 0 ? t("hours.in_chats", { chats: names }) : t("hours.in_no_chat")}
    </span>
  );
}

interface RowProps {
  team: TeamView;
  hours: HoursView | undefined;
  chats: readonly Following[];
  edit: () => void;
}

function Row({ team, hours, chats, edit }: RowProps) {
  return (
    <li class="rows-row">
      <Icon name="team" />
      <span class="rows-main">
        <b>{team.name}</b> <Standing hours={hours} />
        {hours && (
          <span class="rows-under faint">
            {weekWords(hours).join(" · ")} · {hours.zone.replaceAll("_", " ")}
          </span>
        )}
        {hours && <ToldIn chats={chats} />}
      </span>
      <span class="rows-acts">
        <button type="button" class="button small" onClick={edit}>
          {t(hours ? "edit" : "hours.set")}
          <span class="only-heard"> {team.name}</span>
        </button>
      </span>
    </li>
  );
}

export function Hours() {
  const [fetched, again] = useFetched<HoursList>("/hours", changes.hours.value);
  // Without it nobody could say which chats tell of these hours, and a wrong word here is worse than none.
  const [setup, askSetup] = useFetched<AccountsSetup>("/accounts/setup");
  const [edited, setEdited] = useState<TeamView | null>(null);
  const hours = new Map(fetched.phase === "ready" ? fetched.value.hours.map((one) => [one.team, one]) : []);
  const chatsOf = (team: TeamView) =>
    setup.phase === "ready" ? followingOf(team.name, setup.value.accounts, known.directory.accounts, language.value) : [];
  const teams = known.directory.teams
    .filter((team) => !team.retired)
    .sort((a, b) => a.name.localeCompare(b.name, language.value));
  const failed = [fetched, setup].find((one) => one.phase === "failed");
  const ready = fetched.phase === "ready" && setup.phase === "ready";
  const retry = () => {
    if (fetched.phase === "failed") again();
    if (setup.phase === "failed") askSetup();
  };
  return (
    <>
      <p class="faint">{t("hours.more")}</p>
      {!failed && !ready && <Skeleton kind="line" rows={4} />}
      {failed && <Failed text={failed.text} retry={retry} />}
      {ready && teams.length === 0 && (
        <Empty icon="clock" title={t("hours.no_teams")}>
          <a class="button" href="/settings/teams">
            {t("hours.no_teams_go")}
          </a>
        </Empty>
      )}
      {ready && teams.length > 0 && (
        <ul class="rows card">
          {teams.map((team) => (
            <Row
              key={team.id}
              team={team}
              hours={hours.get(team.id)}
              chats={chatsOf(team)}
              edit={() => setEdited(team)}
            />
          ))}
        </ul>
      )}
      {edited && (
        <HoursDialog
          team={edited}
          hours={hours.get(edited.id) ?? null}
          chats={chatsOf(edited)}
          close={() => setEdited(null)}
          done={again}
        />
      )}
    </>
  );
}

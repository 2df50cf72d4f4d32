// What a filter says, in words.

import { span } from "../../../shared/time";
import type { FilterView } from "../../../wire";
import { known } from "../../store";
import { language, t, type WordKey } from "../../words";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Spans that are offered; any other one is kept as it is. */
export const WAITS = [15 * MINUTE, HOUR, 4 * HOUR, DAY, 3 * DAY, 7 * DAY] as const;

export interface Part {
  key: string;
  says: string;
  /** The filter without it. */
  without: Partial<FilterView>;
}

/** Each part of a filter that counts, and what is left when it is taken away. */
export function partsOf(filter: FilterView): Part[] {
  const { agents, teams, tags, accounts } = known.directory;
  const part = (key: string, says: string, without: Partial<FilterView>) => ({ key, says, without });
  const parts: Part[] = [];
  if (filter.status !== "open")
    parts.push(part("status", t(`status.${filter.status}` as WordKey), { status: "open" }));
  if (filter.assignee !== null) {
    const name = agents.find((agent) => agent.id === filter.assignee)?.name ?? t("somebody");
    const says = filter.assignee === "me" ? t("list.mine") : filter.assignee === "none" ? t("list.unassigned") : name;
    parts.push(part("assignee", says, { assignee: null }));
  }
  if (filter.team !== null) {
    const name = teams.find((team) => team.id === filter.team)?.name ?? t("some_team");
    parts.push(part("team", filter.team === "none" ? t("no_team") : name, { team: null }));
  }
  for (const id of filter.tags) {
    const name = tags.find((tag) => tag.id === id)?.name ?? t("some_tag");
    parts.push(part(`tag ${id}`, name, { tags: filter.tags.filter((one) => one !== id) }));
  }
  if (filter.account !== null) {
    const label = accounts.find((one) => one.id === filter.account)?.label[language.value];
    parts.push(part("account", label ?? filter.account, { account: null }));
  }
  if (filter.unread) parts.push(part("unread", t("unread"), { unread: false }));
  if (filter.waiting_over !== null)
    parts.push(part("waiting", t("narrow.waits", { span: span(filter.waiting_over, language.value) }), { waiting_over: null }));
  if (filter.priority !== null)
    parts.push(part("priority", t("narrow.priority", { priority: t(`priority.${filter.priority}` as WordKey) }), { priority: null }));
  return parts;
}

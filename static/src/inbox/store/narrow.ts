// A filter as the address of a list carries it: `status=open&unread=1&tags=a,b`.

import type { FilterView } from "../../wire";

export const NO_FILTER: FilterView = {
  status: "open",
  team: null,
  assignee: null,
  tags: [],
  account: null,
  unread: false,
  waiting_over: null,
  priority: null,
};

const STATUSES: readonly FilterView["status"][] = ["open", "snoozed", "closed", "spam", "any"];

/** What does not count is left out, so that two ways to one filter are one address. */
export function writeFilter(filter: FilterView): string {
  const told = new URLSearchParams({ status: filter.status });
  if (filter.team) told.set("team", filter.team);
  if (filter.assignee) told.set("assignee", filter.assignee);
  if (filter.tags.length > 0) told.set("tags", [...filter.tags].sort().join());
  if (filter.account) told.set("account", filter.account);
  if (filter.unread) told.set("unread", "1");
  if (filter.waiting_over !== null) told.set("waiting", String(filter.waiting_over));
  if (filter.priority !== null) told.set("priority", String(filter.priority));
  return told.toString();
}

/** An address may be old or written by hand: what makes no sense does not count. */
export function readFilter(text: string): FilterView {
  const told = new URLSearchParams(text);
  const waiting = Number(told.get("waiting"));
  return {
    status: STATUSES.find((status) => status === told.get("status")) ?? "open",
    team: told.get("team") || null,
    assignee: told.get("assignee") || null,
    tags: (told.get("tags") ?? "").split(",").filter(Boolean),
    account: told.get("account") || null,
    unread: told.get("unread") === "1",
    waiting_over: told.has("waiting") && waiting >= 0 && Number.isInteger(waiting) ? waiting : null,
    priority: /^[0-4]$/.test(told.get("priority") ?? "") ? Number(told.get("priority")) : null,
  };
}

export function isNarrowed(filter: FilterView): boolean {
  // Of all of them there is no list of its own.
  return filter.status === "any" || writeFilter(filter) !== writeFilter({ ...NO_FILTER, status: filter.status });
}

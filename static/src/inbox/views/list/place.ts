// The list that is on the screen: what stands in it and in which order.

import { computed } from "@preact/signals";
import type { FilterView } from "../../../wire";
import { prefer, preferences } from "../../preferences";
import { known } from "../../store";
import { NO_FILTER, readFilter } from "../../store/narrow";
import { filterOf } from "../../store/select";
import type { Filter } from "../../store/state";
import { listAddress, type ListPlace, listPlace } from "../shell/chosen";

export type Sort = "activity" | "waiting";

/** Who waits is a question only of what is open; the server's own lists have an order of their own. */
export function isSortable(filter: Filter): boolean {
  return filter.status === "open" && !filter.view;
}

/** Narrowed lists are many: they are sorted as the last one was. */
function sortKey(place: ListPlace): string {
  return listAddress(place.name === "narrowed" ? { name: place.name } : place);
}

/** As this agent has chosen, else as the list itself is sorted. */
export function sortOf(place: ListPlace): Sort {
  const own = place.name === "view" ? known.views?.find((one) => one.id === place.id)?.sort : undefined;
  return preferences.value.sorts[sortKey(place)] ?? own ?? "activity";
}

export function sortBy(place: ListPlace, sort: Sort): void {
  prefer({ sorts: { ...preferences.value.sorts, [sortKey(place)]: sort } });
}

/** The list is sorted by itself again. */
export function sortByItself(place: ListPlace): void {
  const { [sortKey(place)]: own, ...sorts } = preferences.value.sorts;
  if (own !== undefined) prefer({ sorts });
}

/** What the list on the screen holds; null: it is not known yet. */
export const listFilter = computed<Filter | null>(() => {
  const place = listPlace.value;
  const filter = filterOf(known, place.name, place.id);
  if (!filter || !isSortable(filter) || sortOf(place) === "activity") return filter;
  return { ...filter, sort: "waiting" };
});

/** The list's filter as it may be narrowed further and saved. */
export function sentFilter({ name, id }: ListPlace): FilterView {
  switch (name) {
    case "mine":
      return { ...NO_FILTER, assignee: "me" };
    case "unassigned":
      return { ...NO_FILTER, assignee: "none" };
    case "snoozed":
    case "closed":
    case "spam":
      return { ...NO_FILTER, status: name };
    case "team":
      return { ...NO_FILTER, team: id ?? null };
    case "tag":
      return { ...NO_FILTER, tags: id ? [id] : [] };
    case "account":
      return { ...NO_FILTER, account: id ?? null };
    case "narrowed":
      return readFilter(id ?? "");
    case "view":
      return known.views?.find((one) => one.id === id)?.filter ?? NO_FILTER;
    default:
      return NO_FILTER;
  }
}

// What goes with a text that is being written: the macro it was begun with, and what is done to the conversation once it
// is sent. It belongs to the composer of one conversation and mode, and survives a reload of this tab.

import { signal } from "@preact/signals";
import { keptIn } from "../../../shared/clientstore";
import type { ActsSent, ActsView, MacroView } from "../../../wire";

export interface Along {
  macro: string | null;
  acts: ActsView;
  /** The acts came with words, and go with them. */
  worded: boolean;
  /** Which of several people of one name was meant: by the name, the id. */
  named: Readonly<Record<string, string>>;
}

export const NO_ACTS: ActsView = {
  tags_add: [],
  tags_remove: [],
  assignee: null,
  team: null,
  status: null,
  snooze_for: null,
  priority: null,
};
export const NOTHING: Along = { macro: null, acts: NO_ACTS, worded: false, named: {} };

const kept = keptIn(() => sessionStorage, "parley.along.");
const along = signal<ReadonlyMap<string, Along>>(new Map());

export function alongOf(place: string): Along {
  return along.value.get(place) ?? kept.read<Along>(place) ?? NOTHING;
}

export function setAlong(place: string, next: Along): void {
  along.value = new Map(along.value).set(place, next);
  if (isEmpty(next)) kept.drop(place);
  else kept.write(place, next);
}

export function clearAlong(place: string): void {
  setAlong(place, NOTHING);
}

/** What came with words is not done without them; what a macro without words does is meant by itself. */
export function emptied(place: string): void {
  if (alongOf(place).worded) clearAlong(place);
}

function isEmpty(one: Along): boolean {
  return !one.macro && !hasActs(one.acts) && Object.keys(one.named).length === 0;
}

export function hasActs(acts: ActsView): boolean {
  return actsIn(acts).length > 0;
}

/** A macro joins what is there: the newest counts where both say something. */
export function withMacro(before: Along, macro: MacroView): Along {
  const { actions } = macro;
  return {
    ...before,
    macro: macro.id,
    worded: before.worded || macro.text !== "",
    acts: {
      tags_add: [...new Set([...before.acts.tags_add, ...actions.tags_add])],
      tags_remove: [...new Set([...before.acts.tags_remove, ...actions.tags_remove])],
      assignee: actions.assignee ?? before.acts.assignee,
      team: actions.team ?? before.acts.team,
      status: actions.status ?? before.acts.status,
      snooze_for: actions.status === null ? before.acts.snooze_for : actions.snooze_for,
      priority: actions.priority ?? before.acts.priority,
    },
  };
}

export type Act =
  | { what: "tags_add" | "tags_remove"; id: string }
  | { what: "assignee" | "team"; id: string }
  | { what: "status"; status: NonNullable<ActsView["status"]>; snoozeFor: number | null }
  | { what: "priority"; priority: number };

/** Each thing that is done, in the order in which people read it. */
export function actsIn(acts: ActsView): Act[] {
  return [
    ...acts.tags_add.map((id): Act => ({ what: "tags_add", id })),
    ...acts.tags_remove.map((id): Act => ({ what: "tags_remove", id })),
    ...(acts.priority === null ? [] : [{ what: "priority", priority: acts.priority } as const]),
    ...(acts.team === null ? [] : [{ what: "team", id: acts.team } as const]),
    ...(acts.assignee === null ? [] : [{ what: "assignee", id: acts.assignee } as const]),
    ...(acts.status === null ? [] : [{ what: "status", status: acts.status, snoozeFor: acts.snooze_for } as const]),
  ];
}

export function withoutAct(acts: ActsView, act: Act): ActsView {
  switch (act.what) {
    case "tags_add":
    case "tags_remove":
      return { ...acts, [act.what]: acts[act.what].filter((id) => id !== act.id) };
    case "status":
      return { ...acts, status: null, snooze_for: null };
    default:
      return { ...acts, [act.what]: null };
  }
}

/** What a message that came back was to do besides. */
export function bringBack(place: string, macro: string | null, acts: ActsView | null): void {
  if (macro === null && acts === null) return;
  setAlong(place, { ...alongOf(place), macro, acts: acts ?? NO_ACTS, worded: true });
}

/** As commands take it. */
export function asSent(acts: ActsView): ActsSent {
  return { ...acts };
}

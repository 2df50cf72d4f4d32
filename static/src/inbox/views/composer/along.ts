// What goes with a text that is being written: the macro it was begun with, and what is done to the conversation once it
// is sent. It belongs to the composer of one conversation and mode, and moves with the agent as the words do.

import type { ActsSent, ActsView, AlongView, LetterView, MacroView } from "../../../wire";
import { alongIn, keepAlong, NO_ACTS } from "../../commands/along";
import type { Mode } from "../../store/state";

export { NO_ACTS };
export type Along = Omit<AlongView, "files">;
export const NOTHING: Along = { macro: null, acts: NO_ACTS, worded: false, named: {} };

function inPlace(place: string): [string, Mode] {
  const [conversation = "", mode] = place.split(" ");
  return [conversation, mode === "note" ? "note" : "public"];
}

export function alongOf(place: string): Along {
  return alongIn(...inPlace(place));
}

/** The files stay as they are. */
export function setAlong(place: string, next: Along): void {
  const [conversation, mode] = inPlace(place);
  keepAlong(conversation, mode, { ...next, files: alongIn(conversation, mode).files });
}

export function clearAlong(place: string): void {
  setAlong(place, NOTHING);
}

/** To whom it is to go; undefined: to whomever answering all reaches. */
export function setLetter(place: string, letter: LetterView | undefined): void {
  const { letter: _, ...rest } = alongOf(place);
  setAlong(place, letter ? { ...rest, letter } : rest);
}

/** What came with words is not done without them; what a macro without words does is meant by itself. To whom it is to go
 *  is said of the next words, too. */
export function emptied(place: string): void {
  const { worded, letter } = alongOf(place);
  if (worded) setAlong(place, letter ? { ...NOTHING, letter } : NOTHING);
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

/** What a message that came back was to do besides, and to whom it was to go. */
export function bringBack(place: string, macro: string | null, acts: ActsView | null, letter?: LetterView): void {
  if (letter) setLetter(place, letter);
  if (macro === null && acts === null) return;
  setAlong(place, { ...alongOf(place), macro, acts: acts ?? NO_ACTS, worded: true });
}

/** As commands take it. */
export function asSent(acts: ActsView): ActsSent {
  return { ...acts };
}

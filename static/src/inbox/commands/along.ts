// What goes with a draft: to whom it is to go, its files, the macro it was begun with, what is done once it is sent. It lives on the server as
// the draft's words do; this tab keeps what the server has not taken yet. The latest wins.

import { keptIn } from "../../shared/clientstore";
import type { ActsView, AlongView, AttachmentView, PrivateView, ToAgent } from "../../wire";
import { dispatch, state } from "../store";
import type { Mode } from "../store/state";
import { isWaiting, sayLatest } from "./latest";

export const NO_ACTS: ActsView = {
  tags_add: [],
  tags_remove: [],
  assignee: null,
  team: null,
  status: null,
  snooze_for: null,
  priority: null,
};
const NOTHING: AlongView = { macro: null, acts: NO_ACTS, worded: false, named: {}, files: [] };

const kept = keptIn(() => sessionStorage, "parley.along.");
/** Said, or about to be, and not answered yet. */
const unsaid = new Map<string, { conversation: string; mode: Mode; along: AlongView | null }>();

function keyOf(conversation: string, mode: string): string {
  return `along ${conversation} ${mode}`;
}

function keptAs(conversation: string, mode: string): string {
  return `${state.value.me?.id ?? ""}.${conversation}.${mode}`;
}

export function alongIn(conversation: string, mode: Mode): AlongView {
  return state.value.along.get(conversation)?.[mode] ?? NOTHING;
}

function isNothing({ macro, acts, named, files, letter }: AlongView): boolean {
  const does = Object.values(acts).some((one) => one !== null && !(Array.isArray(one) && one.length === 0));
  return !macro && !does && !letter && files.length === 0 && Object.keys(named).length === 0;
}

export function keepAlong(conversation: string, mode: Mode, next: AlongView): void {
  const along = isNothing(next) ? null : next;
  if (along === null && alongIn(conversation, mode) === NOTHING) return;
  dispatch({ kind: "along.kept", conversation, mode, along });
  const [key, place] = [keyOf(conversation, mode), keptAs(conversation, mode)];
  if (along) kept.write(place, along);
  else kept.drop(place);
  unsaid.set(key, { conversation, mode, along });
  const { macro, acts, worded, named, files, letter } = next;
  const said = { conversation, mode, macro, acts, worded, named, files: files.map((file) => file.id), ...(letter ? { letter } : {}) };
  sayLatest(key, "save_along", said, 0, () => {
    unsaid.delete(key);
    kept.drop(place);
  });
}

export function keepFiles(conversation: string, mode: Mode, files: readonly AttachmentView[]): void {
  keepAlong(conversation, mode, { ...alongIn(conversation, mode), files: [...files] });
}

/** Before the first look at a conversation: what was put there just before a reload, which the server may not have. */
export function recallAlong(conversation: string): void {
  for (const mode of ["public", "note"] as const) {
    const along = kept.read<AlongView>(keptAs(conversation, mode));
    if (along && alongIn(conversation, mode) === NOTHING) keepAlong(conversation, mode, along);
  }
}

/** What another device says, without that of which this one has newer on its way. */
function heard(told: PrivateView): PrivateView {
  if (!told.along) return told;
  const along: Record<string, Record<string, AlongView | null>> = {};
  for (const [conversation, modes] of Object.entries(told.along)) {
    const news = Object.entries(modes).filter(([mode]) => !isWaiting(keyOf(conversation, mode)));
    for (const [mode] of news) kept.drop(keptAs(conversation, mode));
    along[conversation] = Object.fromEntries(news);
  }
  return { ...told, along };
}

/** A snapshot starts over: what is still on its way up stands in it already. */
function withOwn(told: PrivateView): PrivateView {
  const all = { ...told.along };
  for (const { conversation, mode, along } of unsaid.values()) {
    all[conversation] = { ...all[conversation], [mode]: along };
  }
  return { ...told, along: all };
}

/** Every frame passes here before it is applied. */
export function mindingAlong(frame: ToAgent): ToAgent {
  if (frame.kind === "private") return { ...frame, private: heard(frame.private) };
  if (frame.kind === "snapshot") return { ...frame, private: withOwn(heard(frame.private)) };
  return frame;
}

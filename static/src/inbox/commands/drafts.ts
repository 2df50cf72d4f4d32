// Words not sent yet. They live on the server, so they move with the agent; this tab keeps them too until it has said so.

import { signal } from "@preact/signals";
import { keptIn } from "../../shared/clientstore";
import type { PrivateView, ToAgent } from "../../wire";
import { dispatch, state } from "../store";
import type { Mode } from "../store/state";
import { isWaiting, sayLatest, stillWaiting } from "./latest";

const GATHER = 1000; // ms
const LATELY = 10 * 60_000; // ms after which words typed here are no longer missed when another device changes them
const JUST_NOW = 10_000; // ms in which words typed here and words sent elsewhere cross
const kept = keptIn(() => sessionStorage, "parley.draft.");

/** What two devices made of the same draft: the newer words stand in the field, the others may be had back. */
export interface Crossed {
  /** Whose words stand in the field. */
  stands: "theirs" | "ours";
  other: string;
}

const crossings = signal<ReadonlyMap<string, Crossed>>(new Map());
const typed = new Map<string, { text: string; at: number }>();

function placeOf(conversation: string, mode: string): string {
  return `${conversation} ${mode}`;
}

export function draftOf(conversation: string, mode: Mode): string {
  return state.value.drafts.get(conversation)?.[mode] ?? "";
}

export function keepDraft(conversation: string, mode: Mode, text: string, delay: number = GATHER): void {
  if (text === draftOf(conversation, mode)) return;
  const place = placeOf(conversation, mode);
  dispatch({ kind: "draft.kept", conversation, mode, text });
  typed.set(place, { text, at: Date.now() });
  if (!text) forgetCrossing(conversation, mode);
  const key = `${state.value.me?.id ?? ""}.${conversation}.${mode}`;
  kept.write(key, text);
  sayLatest(`draft ${place}`, "save_draft", { conversation, mode, text }, delay, () => kept.drop(key));
}

/** Before the first look at a conversation: words typed just before a reload, for which the server had not answered.
 *  They are newer than what it told. */
export function recallDrafts(conversation: string): void {
  for (const mode of ["public", "note"] as const) {
    const text = kept.read<string>(`${state.value.me?.id ?? ""}.${conversation}.${mode}`);
    if (text !== undefined) keepDraft(conversation, mode, text);
  }
}

// --- two devices ----------------------------------------------------------------------------------------------------

export function crossingOf(conversation: string, mode: Mode): Crossed | undefined {
  return crossings.value.get(placeOf(conversation, mode));
}

function setCrossing(place: string, crossed: Crossed | null): void {
  const next = new Map(crossings.value);
  if (crossed) next.set(place, crossed);
  else next.delete(place);
  crossings.value = next;
}

export function forgetCrossing(conversation: string, mode: Mode): void {
  if (crossingOf(conversation, mode)) setCrossing(placeOf(conversation, mode), null);
}

/** Puts the words that lost into the field; those that stood there may be had back in turn. */
export function swapDrafts(conversation: string, mode: Mode): void {
  const crossed = crossingOf(conversation, mode);
  if (!crossed) return;
  const stands = draftOf(conversation, mode);
  keepDraft(conversation, mode, crossed.other, 0);
  setCrossing(placeOf(conversation, mode), { stands: crossed.stands === "ours" ? "theirs" : "ours", other: stands });
}

/** Does one of the two only go on where the other stopped? Then nothing is lost with it. */
function goesOn(one: string, other: string): boolean {
  return one.startsWith(other) || other.startsWith(one);
}

/** One draft as the server tells it; false: ours is newer and is about to be said. */
function takes(conversation: string, mode: Mode, told: string): boolean {
  const place = placeOf(conversation, mode);
  const own = draftOf(conversation, mode);
  if (told === own) return true;
  if (isWaiting(`draft ${place}`)) {
    if (told && own && !goesOn(told, own)) setCrossing(place, { stands: "ours", other: told });
    return false;
  }
  const here = typed.get(place);
  const fresh = here?.text === own && Date.now() - here.at < (told ? LATELY : JUST_NOW);
  if (own && fresh && !(told && goesOn(told, own))) setCrossing(place, { stands: "theirs", other: own });
  kept.drop(`${state.value.me?.id ?? ""}.${conversation}.${mode}`);
  return true;
}

/** What another device says of drafts, without those of which this one has newer words on their way. The newest wins,
 *  and the agent is told whenever words that were typed here had to go. */
function heard(told: PrivateView): PrivateView {
  if (!told.drafts) return told;
  const drafts: Record<string, Record<string, string>> = {};
  for (const [conversation, modes] of Object.entries(told.drafts)) {
    drafts[conversation] = Object.fromEntries(
      Object.entries(modes).filter(([mode, text]) => takes(conversation, mode as Mode, text)),
    );
  }
  return { ...told, drafts };
}

/** A snapshot starts over: what is still on its way up stands in it already. */
function withOwn(told: PrivateView): PrivateView {
  const drafts = { ...told.drafts };
  for (const { conversation, mode, text } of stillWaiting("save_draft")) {
    const id = String(conversation);
    drafts[id] = { ...drafts[id], [String(mode)]: String(text) };
  }
  return { ...told, drafts };
}

/** Every frame passes here before it is applied. */
export function minding(frame: ToAgent): ToAgent {
  if (frame.kind === "private") return { ...frame, private: heard(frame.private) };
  if (frame.kind === "snapshot") return { ...frame, private: withOwn(heard(frame.private)) };
  return frame;
}

// Which conversation and which list the address means.

import { computed, effect, signal } from "@preact/signals";
import { keptIn } from "../../../shared/clientstore";
import { problemOf } from "../../api";
import { loadConversation } from "../../load";
import { go, route } from "../../router";
import { known, state } from "../../store";
import { standings } from "../../store/far";
import type { ConversationView } from "../../../wire";
import { afterPaint } from "../../ui/after-paint";

export interface ListPlace {
  name: string;
  id?: string;
}

const kept = keptIn(() => sessionStorage, "parley.");

/** The list beside an opened conversation: the one it was opened from, also after a reload. */
export const listPlace = signal<ListPlace>(kept.read<ListPlace>("list") ?? { name: "mine" });

effect(() => {
  const place = route.value;
  if (place.screen !== "list") return;
  listPlace.value = place.id ? { name: place.name, id: place.id } : { name: place.name };
  kept.write("list", listPlace.peek());
});

export function listAddress({ name, id }: ListPlace): string {
  return id ? `/list/${name}/${encodeURIComponent(id)}` : `/list/${name}`;
}

export const chosenNumber = computed(() => (route.value.screen === "conversation" ? route.value.number : null));

let last: string | null = null;

/** Which conversation has which number, of those that were seen: nobody looks through a hundred thousand to open one. */
const byNumber = new Map<number, string>();

/** It stands on the screen, so it may be opened. */
export function meet({ number, id }: ConversationView): void {
  byNumber.set(number, id);
}

/** The address names a number (or an id); which conversation that is, is looked up once and then remembered. */
export const chosenId = computed(() => {
  const number = chosenNumber.value;
  if (number === null) return null;
  const { conversations } = known;
  if (last !== null && String(conversations.get(last)?.number) === number) return last;
  last = conversations.has(number) ? number : null;
  const wanted = Number(number);
  const met = byNumber.get(wanted);
  if (met !== undefined && conversations.get(met)?.number === wanted) return (last = met);
  for (const view of standings(conversations)) if (view.number === wanted) last = view.id;
  return last;
});

export type Finding = "looking" | "found" | "missing" | "unreachable";
export const finding = signal<Finding>("found");

/** Whatever the address names is fetched when it is not known, once per name and beginning. */
effect(() => {
  const number = chosenNumber.value;
  const { generation } = known;
  if (number === null || generation === 0) return;
  void find(number, generation);
});

let lastAsked = "";

async function find(number: string, generation: number): Promise<void> {
  if (lastAsked === `${number} ${generation}`) return;
  lastAsked = `${number} ${generation}`;
  finding.value = chosenId.peek() ? "found" : "looking";
  // What is known is drawn first.
  if (finding.peek() === "found") await new Promise<void>((drawn) => afterPaint(drawn));
  if (chosenNumber.peek() !== number) return;
  try {
    const id = await loadConversation(chosenId.peek() ?? number);
    if (chosenNumber.peek() !== number) return;
    finding.value = "found";
    const view = id ? state.peek().conversations.get(id) : undefined;
    // Merged ids and numbers lead to where the conversation lives now.
    if (view && String(view.number) !== number) go(`/c/${view.number}`, { replace: true });
  } catch (error) {
    if (chosenNumber.peek() === number) finding.value = problemOf(error).status === 404 ? "missing" : "unreachable";
  }
}

let shown = { number: "", id: "" };

/** What leaves this agent's view while it is open is as if it had never been. */
effect(() => {
  const [number, id] = [chosenNumber.value, chosenId.value];
  if (number !== null && id !== null) shown = { number, id };
  else if (number === shown.number && known.gone.has(shown.id)) finding.value = "missing";
});

export function findAgain(): void {
  lastAsked = "";
  const number = chosenNumber.peek();
  if (number !== null) void find(number, state.peek().generation);
}

/** A conversation that was merged while it was open: follow it. */
effect(() => {
  const id = chosenId.value;
  const into = id === null ? null : (known.conversations.get(id)?.merged_into ?? null);
  if (into === null) return;
  const target = known.conversations.get(into);
  if (target) go(`/c/${target.number}`, { replace: true });
  else void loadConversation(into).catch(() => undefined);
});

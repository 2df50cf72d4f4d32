import { computed, type ReadonlySignal, signal } from "@preact/signals";
import { type Action, reduce } from "./reduce";
import { emptyState, type State } from "./state";

const current = signal(emptyState());

/** What is known, whole: whoever reads `.value` hears of every change. */
export const state = computed(() => current.value);

function partOf<Name extends keyof State>(name: Name): ReadonlySignal<State[Name]> {
  return computed(() => current.value[name]);
}

/** What is known, part by part: a view that reads `known.me` hears of `me` alone, so a typed letter draws no bubble anew. */
export const known = Object.create(null) as State;

for (const name of Object.keys(emptyState()) as (keyof State)[]) {
  const part = partOf(name);
  Object.defineProperty(known, name, { enumerable: true, get: () => part.value });
}

/** The only way to change it. */
export function dispatch(action: Action): void {
  current.value = reduce(current.value, action);
}

import { computed, signal } from "@preact/signals";
import { type Action, reduce } from "./reduce";
import { emptyState } from "./state";

const current = signal(emptyState());

/** What is known, for views to read. */
export const state = computed(() => current.value);

/** The only way to change it. */
export function dispatch(action: Action): void {
  current.value = reduce(current.value, action);
}

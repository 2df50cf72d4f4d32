import { signal } from "@preact/signals";

/** The rows as they stand on the screen: what j and k walk along. */
export const shownRows = signal<readonly string[]>([]);

// Which dialog about the open conversation is asked for: by its menu, or by name from the palette.

import { signal } from "@preact/signals";

export type Asking = "merge" | "undo_merge" | "block" | "transcript" | "pull";

export const asking = signal<{ conversation: string; what: Asking } | null>(null);

export function stopAsking(): void {
  asking.value = null;
}

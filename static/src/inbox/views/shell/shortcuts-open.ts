import { signal } from "@preact/signals";

export const shortcutsOpen = signal(false);

/** The key that shortcuts with a second key are held with. */
export const COMMAND = /Mac|iP(hone|ad|od)/.test(navigator.platform) ? "⌘" : "Ctrl";

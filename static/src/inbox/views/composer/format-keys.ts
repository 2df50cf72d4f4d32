// Which keys put which marks, on any layout.

import { shortcutOf } from "../../../shared/keys";
import type { Format } from "./lines";

export const FORMATS: readonly { format: Format; keys: string }[] = [
  { format: "b", keys: "B" },
  { format: "i", keys: "I" },
  { format: "code", keys: "E" },
  { format: "list", keys: "Shift+8" },
];

/** Besides, where a mail is written. */
export const LETTER_FORMATS: typeof FORMATS = [
  { format: "quote", keys: "Shift+9" },
  { format: "link", keys: "" },
];

/** With Ctrl or ⌘ held; null: the key is the field's own. */
export function formatOf(event: KeyboardEvent, letter: boolean): Format | null {
  if (event.shiftKey) return event.code === "Digit8" ? "list" : letter && event.code === "Digit9" ? "quote" : null;
  switch (shortcutOf(event)) {
    case "b":
      return "b";
    case "i":
      return "i";
    case "e":
      return "code";
    default:
      return null;
  }
}

/** True while an input method (Hangul, Kana, Pinyin) is composing: Enter then confirms the syllable and never sends.
 *  Safari ends the composition before it tells of the key, but still with the old key code 229. */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

/** Does what is typed there become text? */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") !== null;
}

type Pressed = Pick<KeyboardEvent, "key" | "code">;

/** The shortcut's letter or sign that a key means. Signs are what the layout writes, wherever they stand; letters too,
 *  where the layout has Latin ones (Dvorak, AZERTY). With Korean, Cyrillic or Greek switched on, and while an input
 *  method takes the key for itself ("Process"), a letter is known by its place: ㅓ is j. */
export function shortcutOf({ key, code }: Pressed): string {
  if (/^[!-~]$/.test(key)) return key.toLowerCase();
  const place = /^Key([A-Z])$/.exec(code)?.[1];
  if (place && (key.length === 1 || key === "Process" || key === "Unidentified")) return place.toLowerCase();
  if (key.length === 1) return key;
  return key === "Process" || key === "Unidentified" ? (PLACES[code] ?? key) : key;
}

/** Signs by their place on the Korean (and US) keyboard, for when nothing better is told. */
const PLACES: Readonly<Record<string, string>> = { Slash: "/" };

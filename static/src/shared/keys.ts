/** True while an input method (Hangul, Kana, Pinyin) is composing: Enter then confirms the syllable and never sends.
 *  Safari ends the composition before it tells of the key, but still with the old key code 229. */
export function isComposing(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}

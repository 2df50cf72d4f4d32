// How many parts a text is sent and paid in, where the account says that it counts so.

import type { SegmentsView } from "../../../wire";

export interface Parts {
  /** Parts that the text takes; none at all takes none. */
  parts: number;
  /** What fits into one more letter's breadth of the last part. */
  left: number;
  /** A letter outside of the basic alphabet makes every part shorter. */
  wide: boolean;
}

/** Letters are not cut in two: one that no longer fits begins the next part. */
function filled(sizes: readonly number[], room: number): { parts: number; left: number } {
  let parts = sizes.length > 0 ? 1 : 0;
  let left = room;
  for (const size of sizes) {
    if (size > left) {
      parts++;
      left = room;
    }
    left -= size;
  }
  return { parts, left };
}

export function partsOf(text: string, rules: SegmentsView): Parts {
  const letters = [...text];
  const wide = letters.some((letter) => !rules.basic.includes(letter) && !rules.double.includes(letter));
  const sizes = letters.map((letter) => (wide ? letter.length : rules.double.includes(letter) ? 2 : 1));
  const [alone, together] = wide ? [rules.wide_alone, rules.wide_together] : [rules.alone, rules.together];
  const length = sizes.reduce((sum, size) => sum + size, 0);
  if (length <= alone) return { parts: length > 0 ? 1 : 0, left: alone - length, wide };
  return { ...filled(sizes, together), wide };
}

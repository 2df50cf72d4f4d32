import { useEffect, useState } from "preact/hooks";
import type { Item } from "../../store/select";
import { afterPaint } from "../../ui/after-paint";

const FIRST = 12; // rows drawn at once: more than a screen
const COLD = 4; // of the first history of all: nothing of what a row is made of has been drawn before
const STEP = 6; // rows more in each frame after it

/** From which row on a history is drawn at first: its end, and all that is new in it. */
export function firstDrawn(items: readonly Item[], most = FIRST): number {
  const fresh = items.findIndex((item) => item.type === "fresh");
  const end = Math.max(0, items.length - most);
  return fresh === -1 ? end : Math.max(0, Math.min(end, fresh - 2));
}

let isCold = true;

/** A history is drawn from its end upwards, a screen at a time, so that no frame waits for all of it. */
export function useGrowing(items: readonly Item[]): number {
  const [from, setFrom] = useState<string | null>(() => {
    const most = isCold ? COLD : FIRST;
    isCold = false;
    return items[firstDrawn(items, most)]?.key ?? null;
  });
  const found = from === null ? -1 : items.findIndex((item) => item.key === from);
  const at = found === -1 ? firstDrawn(items) : found;
  const next = items[Math.max(0, at - STEP)]?.key ?? null;
  useEffect(() => {
    if (at > 0) return afterPaint(() => setFrom(next));
    return undefined;
  }, [at, next]);
  return at;
}

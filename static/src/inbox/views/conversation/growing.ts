import { useEffect, useState } from "preact/hooks";
import type { Item } from "../../store/select";
import { afterPaint } from "../../ui/after-paint";

const FIRST = 8; // rows drawn at once: about a screen; more of them are a task of over 50 ms on a slow machine
const COLD = 4; // of the first history of all: nothing of what a row is made of has been drawn before
const STEP = 6; // rows more in each frame after it

/** The rows that are drawn: from one up to, without it, another. */
export interface Drawn {
  from: number;
  to: number;
}

/** What is drawn of a history at first: its end; or from where what is new in it begins, for there it is read from. */
export function firstDrawn(items: readonly Item[], most = FIRST): Drawn {
  const fresh = items.findIndex((item) => item.type === "fresh");
  const end = Math.max(0, items.length - most);
  const from = fresh === -1 ? end : Math.max(0, Math.min(end, fresh - 2));
  return { from, to: Math.min(items.length, from + most) };
}

/** A step further: first down to the end, then up to the beginning. */
export function grown({ from, to }: Drawn, length: number): Drawn {
  return to < length ? { from, to: Math.min(length, to + STEP) } : { from: Math.max(0, from - STEP), to };
}

let isCold = true;

interface Ends {
  first: string | null;
  /** The last that is drawn; null: there is none below it, and what comes below is drawn as it comes. */
  last: string | null;
}

function endsOf(items: readonly Item[], { from, to }: Drawn): Ends {
  return { first: items[from]?.key ?? null, last: to < items.length ? (items[to - 1]?.key ?? null) : null };
}

function drawnOf(items: readonly Item[], { first, last }: Ends): Drawn {
  const from = first === null ? -1 : items.findIndex((item) => item.key === first);
  if (from === -1) return firstDrawn(items);
  const end = last === null ? -1 : items.findIndex((item) => item.key === last);
  return { from, to: end < from ? items.length : end + 1 };
}

/** A history is drawn where it is read first, and grows from there, so that no frame waits for all of it. */
export function useGrowing(items: readonly Item[]): Drawn {
  const [ends, setEnds] = useState<Ends>(() => {
    const most = isCold ? COLD : FIRST;
    isCold = false;
    return endsOf(items, firstDrawn(items, most));
  });
  const drawn = drawnOf(items, ends);
  const next = endsOf(items, grown(drawn, items.length));
  const isWhole = drawn.from === 0 && drawn.to === items.length;
  useEffect(() => {
    if (!isWhole) return afterPaint(() => setEnds(next));
    return undefined;
  }, [isWhole, next.first, next.last]);
  return drawn;
}

import { type RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

const BEYOND = 6; // rows drawn above and below what is seen, so that a quick flick shows no gap

/** New rows that one frame draws: more of them would take longer than a slow machine's frame. */
export const AT_ONCE = 4;

export interface Window {
  first: number;
  last: number;
}

/** Which of many rows of one height are on the screen. Only they are drawn, however long the list is. */
export function windowOf(top: number, height: number, rowHeight: number, length: number): Window {
  const first = Math.max(0, Math.floor(top / rowHeight) - BEYOND);
  const last = Math.min(length, Math.ceil((top + height) / rowHeight) + BEYOND);
  return { first: Math.min(first, last), last };
}

/** The rows that this frame draws: those that stand already, and a few new ones, the nearest to the middle first. The
 *  others follow in the next frames; whoever scrolls past them has spared them. */
export function drawnNow(
  rows: { at(place: number): string | undefined },
  { first, last }: Window,
  drawn: ReadonlySet<string>,
  most: number = AT_ONCE,
): { places: readonly number[]; isWhole: boolean } {
  const middle = (first + last) / 2;
  const places = Array.from({ length: last - first }, (_, n) => first + n);
  const isDrawn = (place: number) => drawn.has(rows.at(place) as string);
  const fresh = places.filter((place) => !isDrawn(place));
  if (fresh.length <= most) return { places, isWhole: true };
  const now = new Set(fresh.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle)).slice(0, most));
  return { places: places.filter((place) => isDrawn(place) || now.has(place)), isWhole: false };
}

export function useWindow(scroller: RefObject<HTMLElement | null>, rowHeight: number, length: number): Window {
  const [seen, setSeen] = useState({ top: 0, height: 900 });
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = () => {
      // Whole rows only: scrolling within a row draws nothing anew.
      const top = Math.floor(element.scrollTop / rowHeight) * rowHeight;
      const height = element.clientHeight;
      setSeen((before) => (before.top === top && before.height === height ? before : { top, height }));
    };
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    look();
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [rowHeight, length === 0]);
  return windowOf(seen.top, seen.height, rowHeight, length);
}

import { type RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";

const BEYOND = 8; // rows drawn above and below what is seen, so that a quick flick shows no gap

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

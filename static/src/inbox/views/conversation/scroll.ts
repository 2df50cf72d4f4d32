// Keeps the reader's place: the end stays the end, and what is being read stays where it is when rows come above it.

import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

const NEAR_END = 48; // px that still count as being at the end
const NEAR_TOP = 400; // px before the beginning at which older rows are asked for, and newer ones before the end

interface Anchor {
  key: string;
  offset: number;
}

/** The first row that begins on the screen; above it a row may yet take its true height, and must not move what is read.
 *  One that fills the screen stands for itself. */
function firstShown(scroller: HTMLElement): Anchor | null {
  const { top, bottom } = scroller.getBoundingClientRect();
  const rows = scroller.querySelectorAll<HTMLElement>("[data-key]");
  let [from, to] = [0, rows.length];
  // They stand one below the other: a handful of looks, however many there are.
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((rows[middle]?.getBoundingClientRect().bottom ?? 0) > top) to = middle;
    else from = middle + 1;
  }
  const next = rows[from + 1];
  const isCut = (rows[from]?.getBoundingClientRect().top ?? top) < top;
  const row = isCut && next && next.getBoundingClientRect().top < bottom ? next : rows[from];
  return row ? { key: row.dataset.key ?? "", offset: row.getBoundingClientRect().top - top } : null;
}

export interface Reading {
  atEnd: boolean;
  toEnd: (smooth?: boolean) => void;
  toRow: (key: string) => void;
}

/** `rows` changes whenever what is drawn does; `ask` wants older rows. `newer` wants newer ones, where the last row is
 *  not the end: who reads there is not carried along. `isGrowing`: more of what is known is drawn below in a moment. */
export function useReadersPlace(
  scroller: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
  rows: unknown,
  ask: () => void,
  newer: (() => void) | null = null,
  isGrowing = false,
): Reading {
  const [atEnd, setAtEnd] = useState(true);
  const end = useRef(true);
  const anchor = useRef<Anchor | null>(null);
  const begun = useRef(false);
  const placing = useRef(true); // until what is known stands below, and nobody has scrolled
  const heard = useRef(0); // where it stood when we last looked or set it

  // The scroll is listened to once; what it asks is what is right by then.
  const asking = useRef(ask);
  asking.current = ask;
  const askingNewer = useRef(newer);
  askingNewer.current = newer;
  const growing = useRef(isGrowing);
  growing.current = isGrowing;

  const below = (element: HTMLElement) => element.scrollHeight - element.scrollTop - element.clientHeight;
  const isAtEnd = (element: HTMLElement) => below(element) < NEAR_END && askingNewer.current === null && !growing.current;
  const note = () => {
    const element = scroller.current;
    if (!element) return;
    if (element.scrollTop !== heard.current) placing.current = false;
    heard.current = element.scrollTop;
    end.current = isAtEnd(element);
    anchor.current = firstShown(element);
    setAtEnd(end.current);
    if (element.scrollTop < NEAR_TOP) asking.current();
    if (below(element) < NEAR_TOP) askingNewer.current?.();
  };
  /** How far it was scrolled since, px: the browser tells of it only with the next frame, and it must not be undone. */
  const unheard = (element: HTMLElement) => {
    const by = element.scrollTop - heard.current;
    // What became shorter has moved it too, to its very end; and a little movement there is none.
    return below(element) < 1 || (end.current && Math.abs(by) < NEAR_END) ? 0 : by;
  };
  const restore = () => {
    const element = scroller.current;
    if (!element) return;
    const by = unheard(element);
    if (end.current && by === 0) {
      element.scrollTop = element.scrollHeight;
      anchor.current = firstShown(element);
    } else if (anchor.current) {
      const row = element.querySelector<HTMLElement>(`[data-key="${CSS.escape(anchor.current.key)}"]`);
      anchor.current.offset -= by;
      end.current = false;
      if (row)
        element.scrollTop +=
          row.getBoundingClientRect().top - element.getBoundingClientRect().top - anchor.current.offset;
    }
    heard.current = element.scrollTop;
  };

  useLayoutEffect(() => {
    const element = scroller.current;
    const fresh = element?.querySelector<HTMLElement>("[data-fresh]");
    if (element && placing.current && element.querySelector("[data-key]")) {
      begun.current = true;
      element.scrollTop = element.scrollHeight;
      // Unread from further up than one screen: start reading where it starts.
      if (fresh && fresh.getBoundingClientRect().top < element.getBoundingClientRect().top) {
        fresh.scrollIntoView({ block: "start" });
      }
      heard.current = element.scrollTop;
      placing.current = growing.current;
      note();
    } else restore();
  }, [rows]);

  useEffect(() => {
    const element = scroller.current;
    const inner = content.current;
    if (!element || !inner) return;
    // Rows take their true height only once they are drawn: the end may have come near without anybody scrolling.
    const observer = new ResizeObserver(() => {
      restore();
      if (begun.current && !end.current && isAtEnd(element)) {
        end.current = true;
        setAtEnd(true);
      }
    });
    observer.observe(element);
    observer.observe(inner);
    element.addEventListener("scroll", note, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", note);
    };
  }, []);

  // Short histories that fill no screen show no way to scroll: the next page is asked for by itself.
  useEffect(() => {
    const element = scroller.current;
    if (element && begun.current && element.scrollTop < NEAR_TOP) asking.current();
  }, [rows]);

  const toEnd = (smooth = false) => {
    end.current = true;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches || !smooth;
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight, behavior: calm ? "instant" : "smooth" });
    heard.current = scroller.current?.scrollTop ?? 0;
  };
  const toRow = (key: string) => {
    end.current = false;
    const show = () =>
      scroller.current?.querySelector(`[data-key="${CSS.escape(key)}"]`)?.scrollIntoView({ block: "center" });
    show();
    note();
    // What comes into view takes its true height only then.
    requestAnimationFrame(() => requestAnimationFrame(show));
  };
  return { atEnd, toEnd, toRow };
}

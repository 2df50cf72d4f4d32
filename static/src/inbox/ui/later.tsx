// What is dear to draw for the first time comes in pieces, one a frame: no task holds the page up. From then on the
// browser knows it, and it is drawn at once.

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { afterPaint } from "./after-paint";

const waiting: (() => void)[] = [];
let running = false;

function next(): void {
  running = true;
  afterPaint(() => {
    waiting.shift()?.();
    if (waiting.length > 0) next();
    else running = false;
  });
}

/** Runs it in a frame of its own, after those that asked before; the answer calls it off. */
export function inTurn(run: () => void): () => void {
  waiting.push(run);
  if (!running) next();
  return () => {
    const at = waiting.indexOf(run);
    if (at !== -1) waiting.splice(at, 1);
  };
}

const drawn = new Set<string>();

interface LaterProps {
  /** What is waited for once in the life of the page. */
  name: string;
  /** Stands there meanwhile, as large as what comes. */
  place?: ComponentChildren;
  children: ComponentChildren;
}

export function Later({ name, place = null, children }: LaterProps) {
  const [due, setDue] = useState(drawn.has(name));
  useEffect(() => {
    if (due) return undefined;
    return inTurn(() => {
      drawn.add(name);
      setDue(true);
    });
  }, []);
  return <>{due ? children : place}</>;
}

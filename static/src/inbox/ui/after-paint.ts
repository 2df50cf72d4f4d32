import { useEffect, useState } from "preact/hooks";

const UNSEEN = 200; // ms; a page that nobody sees draws no frames

/** Runs once in a task of its own when the browser has drawn what stands now; the answer calls it off. */
export function afterPaint(run: () => void): () => void {
  const timers: ReturnType<typeof setTimeout>[] = [];
  const stop = () => {
    cancelAnimationFrame(frame);
    timers.forEach(clearTimeout);
  };
  const once = () => {
    stop();
    run();
  };
  const frame = requestAnimationFrame(() => timers.push(setTimeout(once)));
  timers.push(setTimeout(once, UNSEEN));
  return stop;
}

/** The value as it was last drawn (at first `first`): what is dear to draw follows one frame behind, in a task of its
 *  own. */
export function useDeferred<Value, First = Value>(value: Value, first: Value | First = value): Value | First {
  const [drawn, setDrawn] = useState(first);
  useEffect(() => {
    if (drawn !== value) return afterPaint(() => setDrawn(() => value));
    return undefined;
  }, [value, drawn]);
  return drawn;
}

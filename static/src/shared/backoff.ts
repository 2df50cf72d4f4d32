const FIRST = 500; // ms
const LONGEST = 20_000; // ms

/** How long to wait before try number `attempt` (from 0): doubling, with full jitter so that a thousand browsers
 *  do not come back in the same instant. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const span = Math.min(LONGEST, FIRST * 2 ** Math.min(attempt, 10));
  return Math.round(span / 2 + (random() * span) / 2);
}

/** After `wait` ms, or as soon as the browser is online again. */
export function pause(wait: number): Promise<unknown> {
  return new Promise((resolve) => {
    setTimeout(resolve, wait);
    addEventListener("online", resolve, { once: true });
  });
}

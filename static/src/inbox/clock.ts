import { signal } from "@preact/signals";
import { dispatch, state } from "./store";

const TICK = 20_000; // ms; ages on the screen are minutes

/** The server's time, ticking slowly: what ages are measured against. */
export const now = signal(Date.now());

function tick(): void {
  now.value = Date.now() + state.value.skew;
  // Lists of who has waited long take in by the clock whom nothing else brings.
  for (const { filter } of state.value.lists.values()) {
    if (filter.waiting_over !== undefined) return dispatch({ kind: "clock", now: now.value });
  }
}

setInterval(tick, TICK);
addEventListener("focus", tick);

import { signal } from "@preact/signals";
import { state } from "./store";

const TICK = 20_000; // ms; ages on the screen are minutes

/** The server's time, ticking slowly: what ages are measured against. */
export const now = signal(Date.now());

setInterval(() => (now.value = Date.now() + state.value.skew), TICK);
addEventListener("focus", () => (now.value = Date.now() + state.value.skew));

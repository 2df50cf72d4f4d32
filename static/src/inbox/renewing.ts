// When a page gives way to a newer one: never under somebody's hands, and with nothing on its way. Words being written
// are kept on the server and in the tab with every letter, so a fresh page has them.

import { keptIn } from "../shared/clientstore";
import { isAnythingWaiting, sayNow } from "./commands/latest";
import { state } from "./store";

const RELOADS_APART = 120_000; // ms
/** A page that is only switched away from for a moment is left alone. */
const SETTLES = 60_000; // ms
/** For so long after the last key somebody still writes; a word that is being composed must not be cut. */
const WRITES = 5_000; // ms

const kept = keptIn(() => sessionStorage, "parley.");
let wroteAt = -WRITES;
/** How long a page that gives way waits for the server to have its words; the tab keeps what it has not. */
const SAVES = 2_000; // ms
const LOOKS = 50; // ms
let due: ReturnType<typeof setTimeout> | undefined;

export function watchHands(): void {
  for (const kind of ["input", "keydown", "compositionupdate"])
    addEventListener(kind, () => (wroteAt = Date.now()), { capture: true, passive: true });
  document.addEventListener("visibilitychange", renewUnseen);
}

/** The server no longer understands this page. If a fresh one does not help either, the page stays and says so. */
export function renewOutdated(): void {
  const last = kept.read<number>("reloaded") ?? 0;
  if (Date.now() - last <= RELOADS_APART) return;
  const left = wroteAt + WRITES - Date.now();
  clearTimeout(due);
  if (left > 0) {
    due = setTimeout(renewOutdated, left);
    return;
  }
  kept.write("reloaded", Date.now());
  giveWay();
}

/** A newer front end is taken once nobody has looked for a while; called when the page is hidden or found to be old. */
export function renewUnseen(): void {
  setTimeout(() => {
    const { isOld, connection, pending } = state.value;
    if (isOld && connection === "online" && pending.length === 0 && document.visibilityState === "hidden")
      giveWay();
  }, SETTLES);
}

/** Everything that is being gathered is said first. */
export function giveWay(): void {
  sayNow();
  const until = Date.now() + SAVES;
  const look = () => {
    if (isAnythingWaiting() && Date.now() < until && state.value.connection === "online") setTimeout(look, LOOKS);
    else location.reload();
  };
  look();
}

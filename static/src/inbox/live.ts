// Puts socket, store and commands together: one live agent in one tab.

import { keptIn } from "../shared/clientstore";
import { dispatch, state } from "./store";
import { get, onSignedOut, problemOf } from "./api";
import { mindingAlong } from "./commands/along";
import { minding } from "./commands/drafts";
import { heard, sayAgain, sayNow, useSocketForLatest } from "./commands/latest";
import { hasUnsent, refuse, resend, settle, useSocket } from "./commands/outbox";
import { greet, useSocketForSignals } from "./commands/signals";
import { AgentSocket } from "./socket";
import { noteMacros } from "./views/composer/macros";
import { noteSettings } from "./views/settings/told";
import type { ToAgent } from "../wire";

const UNAVAILABLE = 503;
const RELOADS_APART = 120_000; // ms
const kept = keptIn(() => sessionStorage, "parley.");

/** A page that is only switched away from for a moment is left alone. */
const SETTLES = 60_000; // ms

/** Sockets in a row that did not open though the server answers: then something on the way blocks them. */
const BLOCKED = 3;
let turnedAway = 0;

let socket: AgentSocket | null = null;
/** Said again only when the server's story has begun: pending acts need to know whose they are. */
let resendDue = false;

function take(told: ToAgent): void {
  const frame = mindingAlong(minding(told));
  dispatch(frame);
  noteMacros(frame);
  noteSettings(frame);
  if (frame.kind === "result") {
    if (!settle(frame.id, frame.value)) heard(frame.id);
  } else if (frame.kind === "problem" && frame.id !== null) {
    if (!refuse(frame.id, frame.problem)) heard(frame.id);
  }
  if (resendDue && state.value.generation > 0 && frame.kind !== "hello") beginTalking();
  if (frame.kind === "problem") noteAvailability(frame.problem.status === UNAVAILABLE);
  else if (frame.kind === "result" || frame.kind === "snapshot") noteAvailability(false);
}

function beginTalking(): void {
  resendDue = false;
  greet();
  resend();
  sayAgain();
}

function noteAvailability(unavailable: boolean): void {
  if (state.value.unavailable !== unavailable) dispatch({ kind: "unavailable", unavailable });
}

function sayBlocked(blocked: boolean): void {
  if (state.value.blocked !== blocked) dispatch({ kind: "blocked", blocked });
}

function say(
  connection: Parameters<ConstructorParameters<typeof AgentSocket>[0]["say"]>[0],
  retryAt: number | null,
): void {
  if (state.value.connection === connection && state.value.retryAt === retryAt) return;
  dispatch({ kind: "connection", connection, retryAt });
  if (connection === "outdated") reloadOnce();
}

export function goLive(): void {
  if (socket) return socket.start();
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const signedOut = () => {
    made.stop();
    say("signed_out", null);
  };
  const made: AgentSocket = new AgentSocket({
    url: `${scheme}://${location.host}/ws/agent`,
    cursor: () => state.value.cursor,
    take,
    say,
    ready: () => {
      resendDue = true;
      turnedAway = 0;
      sayBlocked(false);
      if (state.value.cursor !== null) beginTalking();
    },
    turnedAway: () => {
      get("/session").then(
        () => ++turnedAway >= BLOCKED && sayBlocked(true),
        (error: unknown) => problemOf(error).status === 401 && signedOut(),
      );
    },
  });
  socket = made;
  useSocket({ send: (frame) => made.send(frame), renew: () => made.renew() });
  useSocketForLatest((frame) => made.send(frame));
  useSocketForSignals((frame) => made.send(frame));
  onSignedOut(signedOut);
  document.addEventListener("visibilitychange", () => setTimeout(renewPage, SETTLES));
  addEventListener("pagehide", sayNow);
  addEventListener("beforeunload", (event) => {
    if (hasUnsent() && state.value.connection !== "online") event.preventDefault();
  });
  made.start();
}

/** The server no longer understands this page. If a fresh one does not help either, the page stays and says so. */
function reloadOnce(): void {
  const last = kept.read<number>("reloaded") ?? 0;
  kept.write("reloaded", Date.now());
  if (Date.now() - last > RELOADS_APART) location.reload();
}

/** A newer front end is taken when nobody looks and nothing is on its way. */
function renewPage(): void {
  const { isOld, connection, pending } = state.value;
  if (isOld && connection === "online" && pending.length === 0 && document.visibilityState === "hidden")
    location.reload();
}

export function retryConnection(): void {
  socket?.retryNow();
}

export function goQuiet(): void {
  socket?.stop();
}

// Puts socket, store and commands together: one live agent in one tab.

import { dispatch, state } from "./store";
import { get, onSignedOut, problemOf } from "./api";
import { mindingAlong } from "./commands/along";
import { minding } from "./commands/drafts";
import { heard, sayAgain, sayNow, useSocketForLatest } from "./commands/latest";
import { hasUnsent, refuse, resend, settle, useSocket } from "./commands/outbox";
import { mindingRead } from "./commands/reading";
import { greet, useSocketForSignals } from "./commands/signals";
import { renewOutdated, renewUnseen, watchHands } from "./renewing";
import { AgentSocket } from "./socket";
import { noteMacros } from "./views/composer/macros";
import { noteSettings } from "./views/settings/told";
import type { Away } from "./store/state";
import type { ProblemView, ToAgent } from "../wire";

const UNAVAILABLE = 503;

const ASK_AGAIN = 3_000; // ms between two looks whether the database is back
let asking: ReturnType<typeof setInterval> | undefined;

/** Sockets in a row that did not open though the server answers: then something on the way blocks them. */
const BLOCKED = 3;
let turnedAway = 0;

let socket: AgentSocket | null = null;
/** Said again only when the server's story has begun: pending acts need to know whose they are. */
let resendDue = false;

function take(told: ToAgent): void {
  const frame = mindingRead(mindingAlong(minding(told)));
  dispatch(frame);
  noteMacros(frame);
  noteSettings(frame);
  if (frame.kind === "result") {
    if (!settle(frame.id, frame.value)) heard(frame.id);
  } else if (frame.kind === "problem" && frame.id !== null) {
    if (!refuse(frame.id, frame.problem)) heard(frame.id);
  }
  if (resendDue && state.value.generation > 0 && frame.kind !== "hello") beginTalking();
  if (frame.kind === "hello" && state.value.isOld) renewUnseen();
  if (frame.kind === "problem") noteAway(awayBy(frame.problem));
  else if (frame.kind === "result" || frame.kind === "snapshot") noteAway(null);
}

function beginTalking(): void {
  resendDue = false;
  greet();
  resend();
  sayAgain();
}

function awayBy(problem: ProblemView): Away {
  if (problem.status !== UNAVAILABLE) return null;
  return problem.type === "moving" ? "moving" : "database";
}

/** The banner stands until the server says that it can store again, which nothing else may ask meanwhile. */
function noteAway(away: Away): void {
  if (state.value.away === away) return;
  dispatch({ kind: "away", away });
  clearInterval(asking);
  if (away === "database") asking = setInterval(askWhetherBack, ASK_AGAIN);
}

function askWhetherBack(): void {
  get("/session").then(
    () => {
      noteAway(null);
      if (state.value.connection === "waiting") retryConnection();
    },
    () => undefined,
  );
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
  if (connection === "outdated") renewOutdated();
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
        (error: unknown) => {
          const { status } = problemOf(error);
          if (status === 401) signedOut();
          // The door does not open because the server cannot ask who we are.
          else if (status === UNAVAILABLE) noteAway("database");
        },
      );
    },
  });
  socket = made;
  useSocket({ send: (frame) => made.send(frame), renew: () => made.renew() });
  useSocketForLatest((frame) => made.send(frame));
  useSocketForSignals((frame) => made.send(frame));
  onSignedOut(signedOut);
  watchHands();
  addEventListener("pagehide", sayNow);
  addEventListener("beforeunload", (event) => {
    if (hasUnsent() && state.value.connection !== "online") event.preventDefault();
  });
  made.start();
}

export function retryConnection(): void {
  socket?.retryNow();
}

export function goQuiet(): void {
  socket?.stop();
}

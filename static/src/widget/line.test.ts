import assert from "node:assert/strict";
import { test } from "node:test";
import type { FromVisitor, ToVisitor } from "../wire";
import { Problem } from "./door";
import { type Ears, Line } from "./line";

const MINUTE = 60_000;
const SOON = 500; // ms: the first pause of backoff.ts at the longest
const settled = globalThis.setTimeout;

/** A socket that does what the test says. */
class FakeSocket {
  static readonly OPEN = 1;
  readonly readyState = FakeSocket.OPEN;
  readonly sent: FromVisitor[] = [];
  isClosed = false;
  onopen: () => void = () => undefined;
  onmessage: (event: { data: string }) => void = () => undefined;
  onclose: (event: { code: number }) => void = () => undefined;

  constructor() {
    sockets.push(this);
  }

  send(frame: string): void {
    this.sent.push(JSON.parse(frame) as FromVisitor);
  }

  close(): void {
    this.isClosed = true;
  }

  greets(): void {
    this.onopen();
    this.onmessage({ data: JSON.stringify({ kind: "hello" } satisfies Partial<ToVisitor>) });
  }

  ends(): void {
    this.onclose({ code: 1006 });
  }
}

interface Timer {
  due: number;
  act: () => void;
}

let sockets: FakeSocket[] = [];
let timers = new Map<number, Timer>();
let now = 0;
let last = 0;

Object.defineProperty(globalThis, "navigator", { value: { onLine: true } });
Object.assign(globalThis, {
  WebSocket: FakeSocket,
  location: { origin: "https://chat.example" },
  document: { addEventListener: () => undefined },
  addEventListener: () => undefined,
  setInterval: () => 0,
  setTimeout: (act: () => void, wait: number) => (timers.set(++last, { due: now + wait, act }), last),
  clearTimeout: (timer: number) => timers.delete(timer),
});

/** Lets the time pass, timer by timer, and everything that waits for an answer have it. */
async function pass(span: number): Promise<void> {
  const end = now + span;
  for (;;) {
    await new Promise((resolve) => settled(resolve));
    const next = [...timers].sort(([, a], [, b]) => a.due - b.due)[0];
    if (!next || next[1].due > end) break;
    timers.delete(next[0]);
    now = next[1].due;
    next[1].act();
  }
  now = end;
}

/** A line that was told to follow, and what it says; asking is answered as the test says. */
function followed(ask: Ears["ask"] = () => Promise.reject(new Problem(503, ""))): { line: Line; said: string[] } {
  sockets = [];
  timers = new Map();
  const said: string[] = [];
  const line = new Line("web", {
    heard: () => undefined,
    line: (up) => said.push(up ? "up" : "cut"),
    signedOut: () => said.push("signed out"),
    outdated: () => said.push("outdated"),
    ask,
    tell: () => Promise.resolve(),
  });
  line.follow("token", false);
  return { line, said };
}

/** Two sockets in a row that nobody answered: from now on it asks, and waits to try a socket again. */
async function turnedAway(): Promise<void> {
  sockets[0]?.ends();
  await pass(SOON);
  sockets[1]?.ends();
  await pass(0);
  assert.equal(sockets.length, 2);
}

test("what came through opens a line at once that was waiting for its next try", async () => {
  const { line, said } = followed();
  sockets[0]?.greets();
  sockets[0]?.ends();
  assert.deepEqual(said, ["up", "cut"]);
  line.cameThrough();
  assert.equal(sockets.length, 2);
  sockets[1]?.greets();
  await pass(MINUTE);
  assert.equal(sockets.length, 2, "the try that it waited for is not made too");
  assert.deepEqual(said, ["up", "cut", "up"]);
});

test("also while it asks and has no answer yet", async () => {
  let stop: AbortSignal | undefined;
  const { line, said } = followed((_token, _cursor, signal) => {
    stop = signal;
    return Promise.reject(new Problem(503, ""));
  });
  await turnedAway();
  assert.deepEqual(said, []);
  line.cameThrough();
  assert.equal(sockets.length, 3);
  sockets[2]?.greets();
  assert(stop?.aborted, "whoever is connected asks no more");
  await pass(MINUTE);
  assert.equal(sockets.length, 3);
  assert.deepEqual(said, ["up"]);
});

test("a line that is up, by socket or by asking, or is about to be, is left alone", async () => {
  const { line } = followed();
  line.cameThrough();
  assert.equal(sockets.length, 1, "its socket is on the way");
  sockets[0]?.greets();
  line.cameThrough();
  assert.equal(sockets.length, 1, "it is up");
  assert(!sockets[0]?.isClosed);

  const asking = followed(() => new Promise((resolve) => setTimeout(() => resolve([]), MINUTE / 4)));
  await turnedAway();
  await pass(MINUTE / 4);
  const tried = sockets.length;
  sockets.at(-1)?.ends();
  assert.deepEqual(asking.said, ["up"]);
  asking.line.cameThrough();
  assert.equal(sockets.length, tried, "news come by asking");
});

test("nobody's line stays shut", async () => {
  const { line } = followed();
  sockets[0]?.ends();
  line.rest();
  line.cameThrough();
  await pass(MINUTE);
  assert.equal(sockets.length, 1);
});

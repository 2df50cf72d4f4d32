import assert from "node:assert/strict";
import { test } from "node:test";

import { heard as answered, sayLatest, useSocketForLatest } from "./commands/latest";
import { giveWay, renewOutdated, renewUnseen, watchHands } from "./renewing";
import { dispatch, state } from "./store";

// As much of a browser as giving way needs.
const heard = new Map<string, () => void>();
const stored = new Map<string, string>();
let visibility = "visible";
let reloads = 0;
Object.assign(globalThis, {
  addEventListener: (kind: string, run: () => void) => heard.set(kind, run),
  document: {
    addEventListener: (kind: string, run: () => void) => heard.set(kind, run),
    get visibilityState() {
      return visibility;
    },
  },
  location: { reload: () => reloads++ },
  sessionStorage: {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
    removeItem: (key: string) => stored.delete(key),
  },
});
let now = 1_000_000;
let timers: { at: number; run: () => void }[] = [];
Object.assign(globalThis, {
  setTimeout: (run: () => void, wait: number) => {
    const timer = { at: now + wait, run };
    timers.push(timer);
    return timer;
  },
  clearTimeout: (timer: unknown) => (timers = timers.filter((one) => one !== timer)),
});
Date.now = () => now;

function tick(wait: number): void {
  now += wait;
  const due = timers.filter((one) => one.at <= now);
  timers = timers.filter((one) => one.at > now);
  for (const one of due) one.run();
}

watchHands();

function told(): number {
  const count = reloads;
  reloads = 0;
  return count;
}

function hello(bundle: string): void {
  const { limits } = state.value;
  dispatch({ kind: "hello", protocol: 1, epoch: "e", bundle, resumed: true, now: 0, limits, assign_on_reply: false });
}

test("a page that is not understood waits for the hands to rest, and gives way once in two minutes", () => {
  heard.get("input")?.();
  renewOutdated();
  assert.equal(told(), 0, "somebody writes");
  tick(3_000);
  heard.get("compositionupdate")?.();
  tick(3_000);
  assert.equal(told(), 0, "still");
  tick(2_000);
  assert.equal(told(), 1);
  renewOutdated();
  tick(100_000);
  assert.equal(told(), 0, "a fresh page did not help");
  tick(20_001);
  renewOutdated();
  assert.equal(told(), 1);
});

test("an old page gives way when nobody has looked for a minute, and nothing is on its way", () => {
  dispatch({ kind: "connection", connection: "online", retryAt: null });
  hello("old");
  visibility = "hidden";
  heard.get("visibilitychange")?.();
  tick(60_000);
  assert.equal(told(), 0, "it is not old");

  hello("new");
  assert.equal(state.value.isOld, true);
  renewUnseen();
  tick(59_000);
  assert.equal(told(), 0);
  tick(1_000);
  assert.equal(told(), 1, "it was hidden already when it was found to be old");

  visibility = "visible";
  renewUnseen();
  tick(60_000);
  assert.equal(told(), 0, "somebody looks");

  visibility = "hidden";
  dispatch({ kind: "connection", connection: "waiting", retryAt: null });
  renewUnseen();
  tick(60_000);
  assert.equal(told(), 0, "nobody can say whether there is another");
});

test("what is being written is saved before, or the tab keeps it", () => {
  const said: string[] = [];
  useSocketForLatest((frame) => said.push(frame.id) > 0);
  dispatch({ kind: "connection", connection: "online", retryAt: null });
  sayLatest("draft c1 public", "save_draft", { text: "half a sentence" }, 1_000);
  giveWay();
  assert.equal(said.length, 1, "said at once");
  tick(50);
  assert.equal(told(), 0);
  answered(said[0] ?? "");
  tick(50);
  assert.equal(told(), 1);

  sayLatest("draft c1 public", "save_draft", { text: "another" }, 1_000);
  giveWay();
  for (let waited = 0; waited < 2_000; waited += 50) tick(50);
  assert.equal(told(), 1, "no answer comes");
});

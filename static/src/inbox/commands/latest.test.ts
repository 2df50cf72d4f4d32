import assert from "node:assert/strict";
import { test } from "node:test";

import type { Command } from "../../wire";
import { dispatch, state } from "../store";
import { heard, sayAgain, sayLatest, sayNow, useSocketForLatest } from "./latest";

const said: Command[] = [];
useSocketForLatest((frame) => {
  said.push(frame);
  return true;
});

function hello(epoch: string): void {
  const { limits } = state.value;
  dispatch({ kind: "hello", protocol: 1, epoch, bundle: "", resumed: false, now: 0, limits, assign_on_reply: false });
}

function names(): string[] {
  return said.splice(0).map((frame) => `${frame.name} ${Object.values(frame.args ?? {}).join(" ")}`);
}

test("what is unanswered is said again; after a restore only what speaks of no position of the former life", () => {
  hello("a");
  sayLatest("read c1", "mark_read", { conversation: "c1", position: 7 }, 0);
  sayLatest("notices", "read_notices", { to: 9 }, 0);
  sayLatest("notices n1", "read_notices", { notices: "n1" }, 0);
  sayLatest("availability", "set_availability", { availability: "away" }, 0);
  sayNow();
  const all = ["mark_read c1 7", "read_notices 9", "read_notices n1", "set_availability away"];
  assert.deepEqual(names(), all);

  sayAgain();
  assert.deepEqual(names(), all, "the same life");

  hello("b");
  sayAgain();
  assert.deepEqual(names(), all.slice(2));

  sayLatest("notices", "read_notices", { to: 3 }, 0);
  sayNow();
  const last = said.at(-1);
  assert.ok(last);
  heard(last.id);
  said.length = 0;
  sayAgain();
  assert.deepEqual(names(), all.slice(2), "what has its answer is not");
});

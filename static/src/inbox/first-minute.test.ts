import assert from "node:assert/strict";
import { test } from "node:test";
import { answered, minuteOf, stepsOf } from "./first-minute";
import type { Pending } from "./store/state";

const act = (id: string, change: Partial<Pending> = {}): Pending => ({
  id,
  name: "reply",
  args: {},
  at: 0,
  epoch: null,
  state: "waiting",
  problem: null,
  files: [],
  settlesAt: null,
  ...change,
});

test("there is a first minute only where the demo's server said so", () => {
  assert.equal(minuteOf({}), null);
  assert.equal(minuteOf({ first_minute: { sandbox: "https://elsewhere.example/" } }), null);
  assert.deepEqual(minuteOf({ first_minute: { sandbox: "/sandbox/k" } }), { sandbox: "/sandbox/k", done: [], over: false });
});

test("what was done is told in the order of the steps, and nothing else is", () => {
  const minute = minuteOf({ first_minute: { sandbox: "/sandbox/k", done: ["snooze", "dance", "note"], over: true } });
  assert.deepEqual(minute, { sandbox: "/sandbox/k", done: ["note", "snooze"], over: true });
});

test("only what the agent really does takes a step", () => {
  assert.deepEqual(stepsOf(act("1")), ["answer"]);
  assert.deepEqual(stepsOf({ name: "assign", args: { agent: "a" } }), ["assign"]);
  assert.deepEqual(stepsOf({ name: "assign", args: { agent: null } }), []);
  assert.deepEqual(stepsOf({ name: "bulk", args: { actions: { assignee: "me", status: "snoozed" } } }), ["assign", "snooze"]);
  assert.deepEqual(stepsOf({ name: "tag", args: {} }), []);
});

test("an act counts when it is answered, not when it is begun and not when it failed", () => {
  const begun = act("1");
  const failed = act("2", { state: "failed" });
  assert.deepEqual(answered([], [begun]), []);
  assert.deepEqual(answered([begun], [begun]), []);
  assert.deepEqual(answered([begun, failed], []), [begun]);
});

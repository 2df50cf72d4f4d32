import assert from "node:assert/strict";
import { test } from "node:test";
import type { ToAgent } from "../../../wire";
import { changedBy, changes, noteSettings } from "./told";

const event = (kind: string, what?: string) => ({ kind, position: 1, changes: { what } });
const frame = (told: object) => told as unknown as ToAgent;

test("what a frame says to have changed, each kind once", () => {
  const events = [event("setting.changed", "hours"), event("setting.changed", "hours"), event("message.created")];
  assert.deepEqual(changedBy(frame({ kind: "events", events })), ["hours"]);
  assert.deepEqual(changedBy(frame({ kind: "events", events: [event("setting.changed", "parked")] })), ["parked"]);
  assert.deepEqual(changedBy(frame({ kind: "private", private: { changed: ["macros", "drafts"] } })), ["macro"]);
  assert.deepEqual(changedBy(frame({ kind: "private", private: {} })), []);
  assert.deepEqual(changedBy(frame({ kind: "snapshot" })), ["macro", "view", "hours", "parked", "webhook", "place"]);
  assert.deepEqual(changedBy(frame({ kind: "signals" })), []);
});

test("only that kind's number rises", () => {
  const before = [changes.macro.value, changes.view.value];
  noteSettings(frame({ kind: "events", events: [event("setting.changed", "view")] }));
  assert.deepEqual([changes.macro.value, changes.view.value], [before[0], (before[1] ?? 0) + 1]);
});

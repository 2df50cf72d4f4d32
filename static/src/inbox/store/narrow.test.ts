import assert from "node:assert/strict";
import { test } from "node:test";
import { isNarrowed, NO_FILTER, readFilter, writeFilter } from "./narrow";

test("a filter and its address are one", () => {
  const whole = {
    status: "closed" as const,
    team: "none",
    assignee: "me",
    tags: ["b", "a"],
    account: "web",
    unread: true,
    waiting_over: 3_600_000,
    priority: 0,
  };
  assert.deepEqual(readFilter(writeFilter(whole)), { ...whole, tags: ["a", "b"] });
  assert.deepEqual(readFilter(writeFilter(NO_FILTER)), NO_FILTER);
  assert.equal(writeFilter({ ...NO_FILTER, waiting_over: 0 }), "status=open&waiting=0");
});

test("an address that makes no sense says nothing", () => {
  assert.deepEqual(readFilter("status=blue&waiting=-3&tags=,&unread=yes&colour=red&priority=5"), NO_FILTER);
  assert.deepEqual(readFilter("waiting=soon"), NO_FILTER);
});

test("a status alone narrows nothing", () => {
  assert.equal(isNarrowed({ ...NO_FILTER, status: "closed" }), false);
  assert.equal(isNarrowed({ ...NO_FILTER, status: "any" }), true);
  assert.equal(isNarrowed({ ...NO_FILTER, unread: true }), true);
});

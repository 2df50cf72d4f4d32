import assert from "node:assert/strict";
import { test } from "node:test";
import type { MacroView } from "../../../wire";
import { actsIn, hasActs, NO_ACTS, NOTHING, withMacro, withoutAct } from "./along";

function macro(id: string, actions: Partial<MacroView["actions"]>): MacroView {
  const rest = { text: "", scope: "all" as const, teams: [], owner: "", used: 0, used_at: null, used_by_all: 0 };
  return { id, name: id, ...rest, retired: false, changed_at: 0, actions: { ...NO_ACTS, ...actions } };
}

test("a second macro joins the first: the newest counts", () => {
  const first = withMacro(NOTHING, macro("one", { tags_add: ["a"], status: "snoozed", snooze_for: 60_000 }));
  const second = withMacro(first, macro("two", { tags_add: ["a", "b"], priority: 0 }));
  assert.deepEqual(second.macro, "two");
  assert.deepEqual(second.acts, { ...NO_ACTS, tags_add: ["a", "b"], status: "snoozed", snooze_for: 60_000, priority: 0 });
  const third = withMacro(second, macro("three", { status: "closed" }));
  assert.deepEqual([third.acts.status, third.acts.snooze_for], ["closed", null]);
});

test("each act is taken away by itself", () => {
  const full = {
    tags_add: ["a", "b"],
    tags_remove: ["c"],
    assignee: "me",
    team: "t",
    status: "snoozed" as const,
    snooze_for: 60_000,
    priority: 3,
  };
  assert.deepEqual(
    actsIn(full).map((act) => act.what),
    ["tags_add", "tags_add", "tags_remove", "priority", "team", "assignee", "status"],
  );
  const none = actsIn(full).reduce(withoutAct, full);
  assert.deepEqual(none, NO_ACTS);
  assert.ok(hasActs(full) && !hasActs(none));
});

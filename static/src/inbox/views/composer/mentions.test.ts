import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentView } from "../../../wire";
import { foundNames, mentionsIn, nameable } from "./mentions";

function agent(id: string, name: string, more: Partial<AgentView> = {}): AgentView {
  const rest = { email: "", picture: null, availability: "online" as const };
  return { id, name, role: "agent", active: true, teams: [], ...rest, ...more };
}

const agents = [
  agent("1", "Mina", { teams: ["t1"] }),
  agent("2", "김민지", { teams: ["t2"] }),
  agent("3", "Sue", { role: "supervisor" }),
  agent("4", "Gone", { active: false }),
  agent("5", "Me"),
];
const teams = [
  { id: "t1", name: "Orders", retired: false },
  { id: "t2", name: "기술", retired: false },
  { id: "t3", name: "Old", retired: true },
];
const names = (team: string | null, query = "") =>
  foundNames(nameable({ agents, teams }, { team, assignee: null }, "5"), query).map(
    (one) => one.name + (one.sees ? "" : " (no)"),
  );

test("who may see the conversation comes first, who may not is told apart", () => {
  assert.deepEqual(names("t1"), ["Mina", "Sue", "Orders", "김민지 (no)", "기술 (no)"]);
  assert.deepEqual(names(null), ["김민지", "Mina", "Sue", "기술", "Orders"].sort((a, b) => names(null).indexOf(a) - names(null).indexOf(b)));
  assert.ok(names(null).every((name) => !name.endsWith("(no)")));
});

test("names are found by what is typed so far, in Hangul by initial consonants", () => {
  assert.deepEqual(names(null, "ㅁㅈ"), ["김민지"]);
  assert.deepEqual(names(null, "김미"), ["김민지"]);
  assert.deepEqual(names(null, "mi"), ["Mina"]);
  assert.deepEqual(names(null, "zz"), []);
});

const some = [
  { id: "a", name: "Min" },
  { id: "b", name: "Mina" },
  { id: "c", name: "Mina Park" },
  { id: "d", name: "김민지" },
  { id: "e", name: "Kim" },
  { id: "f", name: "Kim" },
];
const meant = (text: string, chosen = {}) => mentionsIn(text, some, chosen).map((one) => one.id);

test("the longest name that stands there is meant", () => {
  assert.deepEqual(meant("@Mina Park and @Mina, @Min."), ["c", "b", "a"]);
  assert.deepEqual(meant("@김민지님 @Mina에게"), ["d", "b"]);
  assert.deepEqual(meant("me@Mina @Minas"), []);
});

test("of two with one name the one who was picked", () => {
  assert.deepEqual(meant("@Kim"), []);
  assert.deepEqual(meant("@Kim", { Kim: "f" }), ["f"]);
});

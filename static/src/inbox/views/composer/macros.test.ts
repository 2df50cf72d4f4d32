import assert from "node:assert/strict";
import { test } from "node:test";
import type { MacroView } from "../../../wire";
import { NO_ACTS } from "./along";
import { inLanguage, speaksKorean } from "./macros";

function macro(id: string, text: string): MacroView {
  const rest = { name: id, scope: "all" as const, teams: [], owner: "", used: 0, used_at: null, used_by_all: 0 };
  return { id, text, ...rest, retired: false, changed_at: 0, actions: NO_ACTS };
}

const all = [
  macro("paid", "Dear {{contact.name}}, paid back."),
  macro("acts", ""),
  macro("환불", "{{contact.name}} 님, 환불했어요."),
  macro("sent", "On its way."),
  macro("name", "{{contact.name}}"),
];
const order = (korean: boolean | null) => inLanguage(all, korean).map((one) => one.id);

test("the customer's language comes first, and in it what is used most", () => {
  assert.deepEqual(order(true), ["acts", "환불", "name", "paid", "sent"]);
  assert.deepEqual(order(false), ["paid", "acts", "sent", "name", "환불"]);
  assert.deepEqual(order(null), ["paid", "acts", "환불", "sent", "name"]);
});

test("what was written last says more than a setting, but not where it could be either", () => {
  assert.equal(speaksKorean("환불 언제 되나요?", "en-GB"), true);
  assert.equal(speaksKorean("OK", "ko-KR"), true);
  assert.equal(speaksKorean("Where is it?", "en"), false);
  assert.equal(speaksKorean("Where is it?", null), false);
  assert.equal(speaksKorean("1004 ?", null), null);
});

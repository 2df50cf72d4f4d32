import assert from "node:assert/strict";
import { test } from "node:test";
import { find } from "../../../shared/hangul";
import { above, type Standing } from "./palette-order";

function found(query: string, label: string, status: Standing["status"], at: number) {
  return { label, score: (find(query, label)?.score ?? 0) + 1, stands: { status, at } };
}

test("of one customer's conversations the open ones stand first, then the newest", () => {
  const name = "송도현";
  const all = [
    found(name, `#50 ${name}`, "closed", 5),
    found(name, `#1244 ${name}`, "closed", 6),
    found(name, `#9 ${name}`, "open", 1),
    found(name, `#300 ${name}`, "snoozed", 2),
    found(name, `#301 ${name}`, "open", 9),
    found(name, `#2 ${name}`, "spam", 99),
  ];
  const order = all.sort(above).map((one) => one.label.split(" ")[0]);
  assert.deepEqual(order, ["#301", "#9", "#300", "#1244", "#50", "#2"]);
});

test("who is called so goes before who only has the letters, open or not", () => {
  const all = [found("kim", "#1 Kelly Ibrahim", "open", 9), found("kim", "#2 Kim", "closed", 1)];
  assert.equal(all.sort(above)[0]?.label, "#2 Kim");
  assert.equal([{ score: 1 }, { score: 2 }].sort(above)[0]?.score, 2);
});

test("the number that was typed stands first", () => {
  const all = [found("244", "#12448 A", "open", 9), found("244", "#244 B", "closed", 1)];
  assert.equal(all.sort(above)[0]?.label, "#244 B");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { plainSnippet } from "./snippet";

const part = (text: string, found = false) => ({ text, found });
const said = (parts: readonly { text: string }[]) => parts.map(({ text }) => text).join("|");

test("a find is shown without the marks around it and within it", () => {
  const text = "Sorry about the box. **We will** send a _new_ `box`.";
  const parts = [part("Sorry about the box. **"), part("We", true), part(" will** send a _new_ `box`.")];
  assert.equal(said(plainSnippet(parts, text)), "Sorry about the box. |We| will send a new box.");
});

test("a mark whose other half was cut away goes too, and the sign of the cut stays", () => {
  const text = `${"far ".repeat(30)}**the box is on its way** today`;
  assert.equal(said(plainSnippet([part("…the "), part("box", true), part(" is on its way** to…")], text)), "…the |box| is on its way to…");
  assert.equal(said(plainSnippet([part("…far **the "), part("box", true), part(" is on…")], text)), "…far the |box| is on…");
});

test("a piece of nothing but marks leaves no empty part", () => {
  assert.deepEqual(plainSnippet([part("**"), part("box", true), part("**")], "**box**"), [part("box", true)]);
});

test("stars and lines that are no marks stay, and so does what stands elsewhere", () => {
  const sums = [part("2 * 3 * "), part("box", true), part(" snake_case_word")];
  assert.deepEqual(plainSnippet(sums, "2 * 3 * box snake_case_word"), sums);
  const changed = [part("**old** "), part("box", true)];
  assert.deepEqual(plainSnippet(changed, "another **box**"), changed);
});

test("fences of code go, the code within stays as written", () => {
  const text = "see\n```\nbox **raw**\n```\n**end**";
  assert.equal(said(plainSnippet([part("see\n```\n"), part("box", true), part(" **raw**\n```\n**end**")], text)), "see\n\n|box| **raw**\n\nend");
});

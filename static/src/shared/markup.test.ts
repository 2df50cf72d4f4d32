import assert from "node:assert/strict";
import { test } from "node:test";
import { blocksOf, spansOf, unmarked } from "./markup";

const said = (text: string) => spansOf(text).map((span) => [...span.marks, span.text].join(" "));

test("bold, italic and code, one within the other", () => {
  assert.deepEqual(said("a **b _c_** `d**e**` f"), ["a ", "b b ", "b i c", " ", "code d**e**", " f"]);
});

test("what only looks like a mark is left as it is", () => {
  for (const text of ["2 * 3 ** 4", "snake_case_name", "__", "** a **", "5*3", "_ a _", "`", "**", "a_b_"])
    assert.deepEqual(said(text), [text]);
});

test("an address keeps its signs", () => {
  assert.deepEqual(said("see https://a.example/_b_/**c** now"), ["see https://a.example/_b_/**c** now"]);
});

test("a Korean particle may follow a mark", () => {
  assert.deepEqual(said("**내일**까지 _꼭_을"), ["b 내일", "까지 ", "i 꼭", "을"]);
});

test("lists, blocks of code and lines", () => {
  assert.deepEqual(blocksOf("Hello\n- one\n- **two**\n1. three\n```\nx **y**\n```\nbye\n"), [
    { kind: "text", spans: [{ text: "Hello", marks: [] }] },
    {
      kind: "list",
      ordered: false,
      items: [[{ text: "one", marks: [] }], [{ text: "two", marks: ["b"] }]],
    },
    { kind: "list", ordered: true, items: [[{ text: "three", marks: [] }]] },
    { kind: "code", text: "x **y**" },
    { kind: "text", spans: [{ text: "bye\n", marks: [] }] },
  ]);
  assert.deepEqual(blocksOf("```\nnot closed"), [{ kind: "text", spans: [{ text: "```\nnot closed", marks: [] }] }]);
});

test("the words alone", () => {
  assert.equal(unmarked("**a** _b_ `c`"), "a b c");
  assert.equal(unmarked("Try:\n```\nx **y**\n```\n- **one**\n- two"), "Try:\nx **y**\n• one\n• two");
  assert.equal(unmarked("See https://a.example/_x_"), "See https://a.example/_x_");
});

test("a long line of marks is read in a moment", () => {
  const began = performance.now();
  spansOf("**a".repeat(20_000));
  spansOf("_a ".repeat(20_000));
  assert.ok(performance.now() - began < 2000);
});

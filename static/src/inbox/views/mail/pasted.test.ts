import assert from "node:assert/strict";
import { test } from "node:test";
import { marksOfTree, type Tree } from "./pasted";

type Child = Tree | string;

function h(nodeName: string, attributes: Record<string, string>, ...children: Child[]): Tree {
  const childNodes = children.map((one) => (typeof one === "string" ? { nodeType: 3, nodeName: "#text", nodeValue: one, childNodes: [] } : one));
  return { nodeType: 1, nodeName, nodeValue: null, childNodes, getAttribute: (name) => attributes[name] ?? null };
}

function pasted(...children: Child[]): string {
  return marksOfTree(h("BODY", {}, ...children));
}

test("a web page: paragraphs apart, bold, links, lists within lists, quotes", () => {
  const link = h("A", { href: "https://a.example/x_(1)" }, "our [shop]");
  assert.equal(
    pasted(
      h("H2", {}, "Refunds"),
      h("P", {}, "See ", h("STRONG", {}, "this "), link, "\n   now."),
      h("UL", {}, "\n", h("LI", {}, "one", h("OL", {}, h("LI", {}, "a"), h("LI", {}, "b"))), "\n", h("LI", {}, h("P", {}, "two"))),
      h("BLOCKQUOTE", {}, h("P", {}, "said"), h("P", {}, "more")),
      h("SCRIPT", {}, "alert(1)"),
      "end",
    ),
    "**Refunds**\n\nSee **this** [our (shop)](https://a.example/x_%281%29) now.\n\n- one\n   1. a\n   2. b\n- two\n\n> said\n>\n> more\n\nend",
  );
});

test("a document from Google is not bold as a whole, its paragraphs are lines", () => {
  const close = { style: "line-height:1.38;margin-top:0pt;margin-bottom:0pt;" };
  const whole = h("B", { style: "font-weight:normal;" }, h("P", close, h("SPAN", { style: "font-weight:700" }, "굵게"), "는 여기"), h("P", close, "둘째 줄"));
  assert.equal(pasted(whole), "**굵게**는 여기\n둘째 줄");
});

test("Word's items have their signs once", () => {
  const item = (level: number, sign: string, words: string) =>
    h(
      "P",
      { class: "MsoListParagraph", style: `mso-list:l0 level${level} lfo1` },
      h("SPAN", { style: "mso-list:Ignore" }, sign, h("SPAN", {}, "\u00a0\u00a0\u00a0")),
      words,
    );
  assert.equal(pasted(item(1, "1.", "하나"), item(2, "·", "둘"), item(1, "2.", "셋")), "1. 하나\n   - 둘\n2. 셋");
});

test("code keeps its lines, a table has a line for each row", () => {
  assert.equal(pasted(h("PRE", {}, "a *b*\n\n  c")), "```\na *b*\n\n  c\n```");
  const row = (...cells: string[]) => h("TR", {}, ...cells.map((one) => h("TD", {}, one)));
  assert.equal(pasted(h("TABLE", {}, h("TBODY", {}, row("a", "b"), row("c", "d")))), "a | b\nc | d");
});

test("what leads nowhere, or says its own address, is only words", () => {
  assert.equal(pasted(h("A", { href: "javascript:alert(1)" }, "x"), " ", h("A", { href: "https://a.example" }, "https://a.example")), "x https://a.example");
  assert.equal(pasted("a", h("I", {}, "b"), "c ", h("I", {}, "d"), "를"), "abc _d_를");
});

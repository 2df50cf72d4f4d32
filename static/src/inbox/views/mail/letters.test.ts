import assert from "node:assert/strict";
import { test } from "node:test";
import type { Marked } from "../../../shared/markup";
import type { LetterBlock, List } from "./letter-blocks";
import cases from "./letters.test.json";
import { type Placed, piecesWith, readLetter, written } from "./marks";

// The inbox draws elements; here they are written as the mail has them.

const NAMES = { b: "strong", i: "em", code: "code" } as const;

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

function spansAs(spans: readonly Marked[], placed: readonly Placed[]): string {
  return spans
    .map(({ text, marks }) => {
      const pieces = marks.includes("code") ? [written(text, placed)] : piecesWith(text, placed);
      const inner = pieces
        .map((one) => (typeof one === "string" ? escaped(one) : one.kind === "link" ? `<a href="${one.href}">${escaped(one.words)}</a>` : ""))
        .join("");
      return marks.reduceRight((all, mark) => `<${NAMES[mark]}>${all}</${NAMES[mark]}>`, inner);
    })
    .join("")
    .replaceAll("</strong><strong>", "");
}

function listAs({ ordered, items }: List, placed: readonly Placed[]): string {
  const name = ordered ? "ol" : "ul";
  const drawn = items.map(({ spans, number, inner }, at) => {
    const value = ordered && number !== (items[at - 1]?.number ?? 0) + 1 ? ` value="${number}"` : "";
    return `<li${value}>${spansAs(spans, placed)}${inner.map((one) => listAs(one, placed)).join("")}</li>`;
  });
  return `<${name}>${drawn.join("")}</${name}>`;
}

function blocksAs(blocks: readonly LetterBlock[], placed: readonly Placed[]): string {
  return blocks
    .map((block) => {
      if (block.kind === "code") return `<pre>${escaped(written(block.text, placed))}</pre>`;
      if (block.kind === "quote") return `<blockquote>${blocksAs(block.blocks, placed)}</blockquote>`;
      if (block.kind === "items") return listAs(block, placed);
      const paragraphs = spansAs(block.spans, placed).split(/\n(?:[ \t]*\n)+/);
      return paragraphs.map((one) => one.replace(/^\n|\n$/g, "")).filter((one) => one.trim()).map((one) => `<p>${one.replace(/\n/g, "<br>")}</p>`).join("");
    })
    .join("");
}

for (const { text, html } of cases)
  test(`a mail is drawn here as it goes out: ${JSON.stringify(text)}`, () => {
    const { blocks, placed } = readLetter(text);
    assert.equal(blocksAs(blocks, placed), html);
  });

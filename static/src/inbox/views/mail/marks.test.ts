import assert from "node:assert/strict";
import { test } from "node:test";
import { keysIn, readLetter, pictureMark, picturesIn, piecesWith, plainLetter, withoutPicture, written } from "./marks";

test("links and pictures are read whole, whatever marks their names and addresses seem to have", () => {
  const { blocks, placed } = readLetter("**See** ![사진_1_최종.png](cid:01A) at [our *shop*](https://a.example/_b_c_)");
  assert.deepEqual(placed, [
    { kind: "picture", source: "![사진_1_최종.png](cid:01A)", words: "사진_1_최종.png", key: "01A" },
    { kind: "link", source: "[our *shop*](https://a.example/_b_c_)", words: "our *shop*", href: "https://a.example/_b_c_" },
  ]);
  const [block] = blocks;
  assert.ok(block?.kind === "text");
  assert.deepEqual(block.spans[0], { text: "See", marks: ["b"] });
  assert.deepEqual(piecesWith(block.spans[1]?.text ?? "", placed), [" ", placed[0], " at ", placed[1]]);
});

test("a link within bold words is both", () => {
  const { blocks, placed } = readLetter("**[here](https://a.example)**");
  const [block] = blocks;
  assert.ok(block?.kind === "text");
  assert.deepEqual(block.spans.map((span) => span.marks), [["b"]]);
  assert.equal(placed.length, 1);
});

test("other schemes and letters that stand for nothing are only words", () => {
  assert.deepEqual(readLetter("[x](javascript:alert(1)) ![y](ftp://a.example/b.png)").placed, []);
  // A picture that lies elsewhere is not loaded: it is led to.
  assert.deepEqual(readLetter("![y](https://a.example/b.png)").placed.map(({ kind }) => kind), ["link"]);
  const { blocks, placed } = readLetter("a\ue000b");
  assert.deepEqual([blocks, placed], [[{ kind: "text", spans: [{ text: "a\ufffdb", marks: [] }] }], []]);
});

test("within code nothing is placed, nor quoted", () => {
  const text = "```\n> [a](https://a.example)\n```";
  const { blocks, placed } = readLetter(text);
  const [block] = blocks;
  assert.ok(blocks.length === 1 && block?.kind === "code");
  assert.equal(written(block.text, placed), "> [a](https://a.example)");
});

test("lines with a sign before them are a quote, with their own marks", () => {
  const { blocks } = readLetter("You wrote:\n> **two** cups\n>\n> thanks\nYes.\n- one");
  assert.deepEqual(blocks.map(({ kind }) => kind), ["text", "quote", "text", "items"]);
  const [, quote] = blocks;
  assert.ok(quote?.kind === "quote");
  assert.deepEqual(quote.blocks, [
    { kind: "text", spans: [{ text: "two", marks: ["b"] }, { text: " cups\n\nthanks", marks: [] }] },
  ]);
  // A fence that is never closed fences nothing.
  assert.deepEqual(readLetter("```\n> a").blocks.map(({ kind }) => kind), ["text", "quote"]);
});

test("one line shows words and names alone", () => {
  assert.equal(plainLetter("> **Hi** [here](https://a.example)\n![cup](cid:01A)"), "Hi here\ncup");
});

test("a picture has its place, and leaves it", () => {
  const mark = pictureMark({ name: "a[1].png", id: "01A" });
  assert.equal(mark, "![a 1 .png](cid:01A)");
  const text = `Look: ${mark} and ![other](cid:01B)`;
  assert.deepEqual([...keysIn(text)], ["01A", "01B"]);
  assert.deepEqual(picturesIn(text)[0], { from: 6, to: 6 + mark.length, key: "01A" });
  assert.equal(withoutPicture(text, "01A"), "Look:  and ![other](cid:01B)");
});

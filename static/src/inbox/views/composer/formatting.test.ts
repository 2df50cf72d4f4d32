import assert from "node:assert/strict";
import { test } from "node:test";
import { type Change, type Format, formatted, linkOver, nextItem } from "./formatting";

/** The text with what is chosen between ‹ and ›. */
function chosen(shown: string): { text: string; from: number; to: number } {
  const from = shown.indexOf("‹");
  const to = shown.indexOf("›") - 1;
  return { text: shown.replace(/[‹›]/g, ""), from, to };
}

function shown(text: string, { over, text: made, from, to }: Change): string {
  const whole = text.slice(0, over[0]) + made + text.slice(over[1]);
  return `${whole.slice(0, from)}‹${whole.slice(from, to)}›${whole.slice(to)}`;
}

function done(before: string, format: Format): string {
  const it = chosen(before);
  return shown(it.text, formatted(it, format));
}

test("marks go around what is chosen, and off again", () => {
  assert.equal(done("a ‹word› b", "b"), "a **‹word›** b");
  assert.equal(done("a **‹word›** b", "b"), "a ‹word› b");
  assert.equal(done("a ‹**word**› b", "b"), "a ‹word› b");
  assert.equal(done("a‹ word › b", "i"), "a _‹word›_  b");
  assert.equal(done("‹›", "code"), "`‹›`");
});

test("a list takes whole lines", () => {
  assert.equal(done("x\no‹ne\ntw›o\ny", "list"), "x\n‹- one\n- two›\ny");
  assert.equal(done("‹- one\n- two›", "list"), "‹one\ntwo›");
  assert.equal(done("‹›", "list"), "- ‹›");
});

test("a new line goes on with the list, an empty item ends it", () => {
  const after = (before: string) => {
    const it = chosen(before);
    const change = nextItem(it);
    return change && shown(it.text, change);
  };
  assert.equal(after("- one‹›"), "- one\n- ‹›");
  assert.equal(after("9. nine‹›"), "9. nine\n10. ‹›");
  assert.equal(after("- one\n- ‹›"), "- one\n‹›");
  assert.equal(after("one‹›"), null);
});

test("a quote takes whole lines, and is none once more", () => {
  assert.equal(done("x\no‹ne\ntw›o\ny", "quote"), "x\n‹> one\n> two›\ny");
  assert.equal(done("‹> one\n>two›", "quote"), "‹one\ntwo›");
});

test("words become a link whose address is to be written, an address one whose words are", () => {
  assert.equal(done("see ‹our shop›.", "link"), "see [our shop](‹https://›).");
  assert.equal(done("see ‹https://a.example›.", "link"), "see [‹›](https://a.example).");
  assert.equal(done("‹a]b›", "link"), "[a b](‹https://›)");
});

test("an address pasted over words makes a link of them", () => {
  const over = (before: string, pasted: string) => {
    const it = chosen(before);
    const change = linkOver(it, pasted);
    return change && shown(it.text, change);
  };
  assert.equal(over("see ‹here›.", " https://a.example/b "), "see [here](https://a.example/b)‹›.");
  for (const [before, pasted] of [
    ["see ‹›.", "https://a.example"],
    ["see ‹here›.", "two words"],
    ["see ‹here›.", "javascript:alert(1)"],
    ["see ‹https://b.example›.", "https://a.example"],
    ["see ‹here›.", "https://a.example/(b)"],
  ] as const)
    assert.equal(over(before, pasted), null, pasted);
});

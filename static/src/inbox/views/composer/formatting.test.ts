import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyOf, formatted, indented, linkOver } from "./formatting";
import { type Change, type Format, nextItem, openLink, withoutEmpty, withoutEmptyLinks } from "./lines";

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

test("with nothing chosen marks are left at their end, taken off within, put round the word, or round what comes", () => {
  assert.equal(done("say ‹›", "b"), "say **‹›**");
  assert.equal(done("say **‹›**", "b"), "say ‹›");
  // Pressed, written, pressed once more, as in every editor.
  assert.equal(done("say **so‹›**", "b"), "say **so**‹›");
  assert.equal(done("say **s‹›o** _a_", "b"), "say s‹›o _a_");
  assert.equal(done("say s‹›o", "b"), "say **s‹›o**");
  assert.equal(done("내일‹› 보내요", "b"), "내일**‹›** 보내요");
  assert.equal(done("**a** x‹›y **b**", "b"), "**a** **x‹›y** **b**");
});

test("marks end with their line: several lines get their own", () => {
  assert.equal(done("‹one\n\n- two\n> three›", "b"), "‹**one**\n\n- **two**\n> **three**›");
  assert.equal(done("‹**one**\n\n- **two**›", "b"), "‹one\n\n- two›");
  assert.equal(done("a‹b\nc›d", "code"), "‹```\nab\ncd\n```›");
  assert.equal(done("‹```\nab\n```›", "code"), "‹ab›");
  // Within a word the sign of italics would be a letter.
  assert.equal(done("un‹believ›able", "i"), "_‹unbelievable›_");
  assert.equal(done("‹단어›를", "i"), "_‹단어›_를");
});

test("a link is none once more where one stands in it", () => {
  assert.equal(done("see [our shop](‹https://›).", "link"), "see ‹our shop›.");
  assert.equal(done("[‹›](https://a.example)", "link"), "‹https://a.example›");
  assert.equal(done("[](‹https://›)", "link"), "‹›");
});

test("a new line goes on with a quote and goes one list out at a time", () => {
  const after = (before: string, letter = true) => {
    const it = chosen(before);
    const change = nextItem(it, letter);
    return change && shown(it.text, change);
  };
  assert.equal(after("> one‹›"), "> one\n> ‹›");
  assert.equal(after("> - one‹›"), "> - one\n> - ‹›");
  assert.equal(after("> one\n> ‹›"), "> one\n‹›");
  assert.equal(after("> one‹›", false), null);
  assert.equal(after("- a\n  - b\n  - ‹›"), "- a\n  - b\n- ‹›");
  assert.equal(after("  2. b‹›"), "  2. b\n  3. ‹›");
  assert.equal(after("1. a\n  1. b\n  2. ‹›"), "1. a\n  1. b\n2. ‹›");
});

test("items go into the list above, and out of it", () => {
  const moved = (before: string, inward: boolean) => {
    const it = chosen(before);
    const change = indented(it, inward);
    return change && shown(it.text, change);
  };
  assert.equal(moved("- a\n- b‹›", true), "- a\n  - b‹›");
  assert.equal(moved("- a\n  - b‹›", false), "- a\n- b‹›");
  assert.equal(moved("‹- a\n- b›", true), "  ‹- a\n  - b›");
  assert.equal(moved("words‹›", true), null);
  // Counted anew where they stand.
  assert.equal(moved("1. a\n2. b‹›", true), "1. a\n  1. b‹›");
  assert.equal(moved("1. a\n  1. b\n  2. c‹›", false), "1. a\n  1. b\n2. c‹›");
});

test("marks that a button put round nothing go again; those that somebody wrote stay", () => {
  const it = chosen("card ‹›");
  const change = formatted(it, "b");
  const empty = emptyOf(change);
  assert.deepEqual(empty, { at: 7, sign: "**" });
  assert.ok(empty);
  assert.deepEqual(withoutEmpty("card ****", empty), { over: [5, 9], text: "", from: 5, to: 5 });
  assert.equal(withoutEmpty("card **x**", empty), null);
  assert.equal(emptyOf(formatted(chosen("a ‹word›"), "b")), null);
});

test("a link without an address is looked for, one with nothing at all is left out", () => {
  assert.deepEqual(openLink("see [shop](https://) and [x](https://a.example)"), { from: 11, to: 19 });
  assert.equal(openLink("see [x](https://a.example) [](https://) ![p](cid:1)"), null);
  assert.equal(withoutEmptyLinks("a [](https://)b [](https://a.example) ![](cid:1)"), "a b [](https://a.example) ![](cid:1)");
});

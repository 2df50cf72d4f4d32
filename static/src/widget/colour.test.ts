import assert from "node:assert/strict";
import { test } from "node:test";
import { contrast, textIn, textOn } from "./colour";

const colours = Array.from({ length: 512 }, (_, n) => {
  const part = (k: number) => Math.round((((n >> (3 * k)) & 7) * 255) / 7).toString(16).padStart(2, "0");
  return `#${part(0)}${part(1)}${part(2)}`;
});

test("text on any brand colour reads", () => {
  for (const colour of colours) assert(contrast(textOn(colour), colour) >= 4.5, colour);
});

test("any brand colour is made to read on light and dark", () => {
  for (const ground of ["#ffffff", "#f5f5f2", "#1a1b1a"]) {
    for (const colour of colours) assert(contrast(textIn(colour, ground), ground) >= 4.5, `${colour} on ${ground}`);
  }
});

test("white text is preferred where it reads well enough, and a colour that reads stays itself", () => {
  assert.equal(textOn("#3b5bdb"), "#ffffff");
  assert.equal(textOn("#ffe066"), "#000000");
  assert.equal(textIn("#0b6b5d", "#ffffff"), "#0b6b5d");
});

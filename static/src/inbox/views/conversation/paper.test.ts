import assert from "node:assert/strict";
import { test } from "node:test";
import { atPage, closerPaper, drawnAt } from "./paper";

test("a page is drawn as sharp as the screen, and never larger than phones can hold", () => {
  const paper = { width: 600, height: 800 };
  assert.equal(drawnAt(paper, 600, 2), 2);
  const bounded = drawnAt(paper, 2400, 3);
  assert.ok(bounded < 12 && paper.width * paper.height * bounded ** 2 <= 16_000_001);
});

test("zoom keeps within its bounds and finds back to whole", () => {
  assert.equal(closerPaper(9), 4);
  assert.equal(closerPaper(0.1), 0.5);
  assert.equal(closerPaper(1.25 * 0.8 + 0.01), 1);
});

test("which page one looks at", () => {
  const tops = [12, 500, 1000];
  assert.equal(atPage(tops, 0, 300), 1);
  assert.equal(atPage(tops, 390, 300), 1);
  assert.equal(atPage(tops, 410, 300), 2);
  assert.equal(atPage(tops, 2000, 300), 3);
  assert.equal(atPage([], 0, 300), 1);
});

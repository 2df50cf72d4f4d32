import assert from "node:assert/strict";
import { test } from "node:test";
import { CLOSEST, moved, WHOLE, zoomed } from "./zoom";

const stage = { width: 1000, height: 800 };
const picture = { width: 1000, height: 500 };

test("what is under the pointer stays under it", () => {
  const point = { x: 200, y: 40 };
  const place = zoomed(WHOLE, 3, point, picture, stage);
  assert.equal(place.scale, 3);
  // The picture's point that was at 200, 40 is there still.
  assert.deepEqual([(point.x - place.x) / place.scale, (point.y - place.y) / place.scale], [200, 40]);
});

test("never smaller than the stage, never closer than the closest", () => {
  assert.deepEqual(zoomed(WHOLE, 0.2, { x: 300, y: 300 }, picture, stage), WHOLE);
  assert.equal(zoomed(WHOLE, 100, { x: 0, y: 0 }, picture, stage).scale, CLOSEST);
});

test("an edge is never pulled into the stage", () => {
  const place = zoomed(WHOLE, 2, { x: 0, y: 0 }, picture, stage);
  assert.deepEqual(moved(place, { x: 9000, y: -9000 }, picture, stage), { scale: 2, x: 500, y: -100 });
  assert.deepEqual(moved(WHOLE, { x: 50, y: 50 }, picture, stage), WHOLE);
});

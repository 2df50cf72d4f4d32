import assert from "node:assert/strict";
import { test } from "node:test";

// As much of a browser as frames need.
const frames: (() => void)[] = [];
Object.assign(globalThis, {
  requestAnimationFrame: (run: () => void) => frames.push(run),
  cancelAnimationFrame: () => undefined,
});

async function frame(): Promise<void> {
  for (const run of frames.splice(0)) run();
  await new Promise((done) => setTimeout(done, 5));
}

test("one a frame, in the order in which they asked; who has gone is left out", async () => {
  const { inTurn } = await import("./later");
  const said: string[] = [];
  inTurn(() => said.push("head"));
  const stop = inTurn(() => said.push("gone"));
  inTurn(() => said.push("side"));
  stop();
  await frame();
  assert.deepEqual(said, ["head"]);
  await frame();
  assert.deepEqual(said, ["head", "side"]);
  inTurn(() => said.push("again"));
  await frame();
  assert.deepEqual(said, ["head", "side", "again"]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { recall, remember } from "./memory";

const stored = new Map<string, string>();
Object.assign(globalThis, {
  localStorage: { getItem: (key: string) => stored.get(key) ?? null, setItem: (key: string, text: string) => stored.set(key, text) },
});
const DAY = 24 * 3600_000;

test("an open conversation connects at page load until its lease ends", () => {
  const now = Date.now;
  try {
    remember("web", { live: true });
    remember("web", { open: true });
    assert.deepEqual(recall("web"), { open: true, named: false, live: true });
    Date.now = () => now() + 13 * DAY;
    assert(recall("web").live);
    remember("web", { live: true, named: true });
    Date.now = () => now() + 26 * DAY;
    assert(recall("web").live, "each saying renews the lease");
    Date.now = () => now() + 28 * DAY;
    assert.deepEqual(recall("web"), { open: true, named: true, live: false });
  } finally {
    Date.now = now;
  }
});

test("a closed conversation gives the lease up, and broken storage remembers nothing", () => {
  remember("web", { live: true });
  remember("web", { live: false });
  assert(!recall("web").live);
  stored.set("parley-web", "{");
  assert.deepEqual(recall("web"), { open: false, named: false, live: false });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { deviceOf, isPhone } from "./devices";

const MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko)";
const AGENTS: readonly (readonly [string, string, string])[] = [
  [`${MAC} Chrome/140.0.0.0 Safari/537.36`, "Chrome", "Mac"],
  [`${MAC} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0`, "Edge", "Mac"],
  [`${MAC} Chrome/140.0.0.0 Whale/4.3 Safari/537.36`, "Whale", "Mac"],
  [`${MAC} Version/18.0 Safari/605.1.15`, "Safari", "Mac"],
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox", "Windows"],
  [
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 CriOS/140.0 Mobile/15E148 Safari/604.1",
    "Chrome",
    "iPhone",
  ],
  [
    "Mozilla/5.0 (Linux; Android 15; SM-S921N) AppleWebKit/537.36 SamsungBrowser/28.0 Chrome/130.0 Mobile Safari/537.36",
    "Samsung Internet",
    "Android",
  ],
  ["curl/8.5.0", "", ""],
];

test("a browser is known by what it adds to the names it borrows", () => {
  for (const [agent, browser, system] of AGENTS) assert.deepEqual(deviceOf(agent), { browser, system });
});

test("a phone is one, a tablet and a desk are not", () => {
  assert.deepEqual(
    AGENTS.map(([agent]) => isPhone(agent)),
    [false, false, false, false, false, true, true, false],
  );
});

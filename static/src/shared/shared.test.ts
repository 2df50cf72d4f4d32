import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff } from "./backoff";
import { fileSize, largest, picturesFirst } from "./files";
import { newId } from "./ids";
import { linked } from "./links";

test("ids are 26 letters, unlike each other, and sort by time", () => {
  const ids = Array.from({ length: 500 }, () => newId());
  assert.equal(new Set(ids).size, 500);
  assert(ids.every((id) => /^[0-9a-hjkmnp-tv-z]{26}$/.test(id)));
  assert(newId(1_000) < newId(2_000));
});

test("waits double, stay jittered and end at a bound", () => {
  assert.equal(
    backoff(0, () => 0),
    250,
  );
  assert.equal(
    backoff(0, () => 1),
    500,
  );
  assert.equal(
    backoff(50, () => 1),
    20_000,
  );
});

test("the narrowest rule of a channel wins", () => {
  const rules = { "image/*": 5, "image/gif": 1, "*/*": 9 };
  assert.equal(largest(rules, "image/gif"), 1);
  assert.equal(largest(rules, "image/png"), 5);
  assert.equal(largest(rules, "application/pdf"), 9);
  assert.equal(largest({}, "image/png"), 0);
});

test("addresses become links without the sentence around them", () => {
  const of = (text: string) =>
    linked(text)
      .filter((span) => span.href)
      .map((span) => span.href);
  assert.deepEqual(of("보세요 https://example.com/a?b=1를 그리고 (http://b.kr)."), [
    "https://example.com/a?b=1",
    "http://b.kr",
  ]);
  assert.deepEqual(of("min@example.co.kr로 보내요"), ["mailto:min@example.co.kr"]);
  assert.deepEqual(of("javascript:alert(1) www.x"), []);
  // An invitation is its reader's alone.
  assert.deepEqual(of("https://a.kr/chat/web#go=••••••link-01ab https://b.kr"), ["https://b.kr"]);
  assert.equal(
    linked("a https://x.y b")
      .map((span) => span.text)
      .join(""),
    "a https://x.y b",
  );
});

test("a long row of signs is looked through in a moment", () => {
  // Quadratic it would take minutes: nobody's message may hold up an agent's browser.
  for (const row of ["a.", "a-", "a@", "a@a.", "https://", "https://a.", "가", ".", ")", "_", "(", "a@a"]) {
    const text = row.repeat(100_000 / row.length);
    for (const whole of [text, `${text}x`, `https://${text}x`, `${text}@a.kr`]) {
      assert.equal(
        linked(whole)
          .map((span) => span.text)
          .join(""),
        whole,
      );
    }
  }
});

test("a size is said as people say it", () => {
  assert.deepEqual([1, 50, 999, 1500, 2_000_000].map((size) => fileSize(size, "en")), [
    "1 byte",
    "50 bytes",
    "999 bytes",
    "1.5 kB",
    "2 MB",
  ]);
  assert.equal(fileSize(50, "ko"), "50바이트");
});

test("pictures come first, each kind in its order", () => {
  const files = ["a.txt", "b.png", "c.txt", "d.png"];
  assert.deepEqual(picturesFirst(files, (name) => name.endsWith("png")), ["b.png", "d.png", "a.txt", "c.txt"]);
});

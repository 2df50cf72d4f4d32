import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff } from "./backoff";
import { largest } from "./files";
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
  assert.equal(
    linked("a https://x.y b")
      .map((span) => span.text)
      .join(""),
    "a https://x.y b",
  );
});

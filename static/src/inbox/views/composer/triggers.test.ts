import assert from "node:assert/strict";
import { test } from "node:test";
import { triggerAt } from "./triggers";

const asked = (text: string, signs = "/@") => {
  const found = triggerAt(text, text.length, signs);
  return found && `${found.sign}${found.query} at ${found.from}`;
};

test("a sign at the start of a word calls its menu, in Hangul too", () => {
  assert.equal(asked("/"), "/ at 0");
  assert.equal(asked("Hello /ref"), "/ref at 6");
  assert.equal(asked("안녕하세요 /ㅎㅂ"), "/ㅎㅂ at 6");
  assert.equal(asked("(@김 민"), "@김 민 at 1");
  assert.equal(asked("one\n/two"), "/two at 4");
});

test("within a word, an address or a path it does not", () => {
  for (const text of ["and/or", "1/2", "mina@example.com", "/list/all", "/ 2", "/a\nb", "/a  b", "https://a.example/b"])
    assert.equal(asked(text), null, text);
});

test("only the signs that mean something here", () => {
  assert.equal(asked("@mina", "/"), null);
  assert.equal(asked("/ref", "/"), "/ref at 0");
});

test("what stands behind the caret does not count", () => {
  assert.deepEqual(triggerAt("a /re b", 5, "/"), { sign: "/", from: 2, to: 5, query: "re" });
  assert.equal(triggerAt("a /re b", 1, "/"), null);
});

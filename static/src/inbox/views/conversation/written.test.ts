import assert from "node:assert/strict";
import { test } from "node:test";
import { isOnlyEmoji, piecesOf } from "./written";

const links = (text: string) =>
  piecesOf(text).flatMap((piece) => (piece.kind === "link" ? [[piece.text, piece.href]] : []));

test("numbers to call are known by how they are written", () => {
  for (const [text, href] of [
    ["010-1234-5678", "tel:01012345678"],
    ["01012345678", "tel:01012345678"],
    ["02-123-4567", "tel:021234567"],
    ["031 123 4567", "tel:0311234567"],
    ["1588-1234", "tel:15881234"],
    ["+82 10-1234-5678", "tel:+821012345678"],
    ["+1 (415) 555-0100", "tel:+14155550100"],
  ] as const) {
    assert.deepEqual(links(`제 번호는 ${text}로 연락 주세요`), [[text, href]], text);
  }
});

test("other figures are left alone", () => {
  for (const text of ["12,300원", "2026-11-22", "주문 20261122001", "#0123-4567", "1-2-3", "A010-1234-5678", "3.14159265", "10:30-11:00"])
    assert.deepEqual(links(text), [], text);
});

test("links, mail and code stand beside each other, and nothing is lost", () => {
  const text = "Run `curl -X` on https://a.example/b?c=1, or write to hi@a.example.\n```js\nlet a = '<b>';\n```\nThen call 02-123-4567.";
  assert.deepEqual(
    piecesOf(text).map((piece) => (piece.kind === "text" ? piece.kind : `${piece.kind} ${piece.text}`)),
    [
      "text",
      "code curl -X",
      "text",
      "link https://a.example/b?c=1",
      "text",
      "link hi@a.example",
      "text",
      "block let a = '<b>';",
      "text",
      "link 02-123-4567",
      "text",
    ],
  );
  assert.equal(piecesOf("no code, no link").length, 1);
});

test("what is in code is no link, and an open fence is only text", () => {
  assert.deepEqual(links("`https://a.example`"), []);
  assert.deepEqual(piecesOf("```half"), [{ kind: "text", text: "```half" }]);
});

test("only safe links", () => {
  assert.deepEqual(links("javascript:alert(1) data:text/html,x file:///etc/passwd"), []);
});

test("a few emoji alone are large", () => {
  for (const text of ["👍", "😀😀", "👨‍👩‍👧‍👦", "🇰🇷", "❤️", "👍🏽 🎉"]) assert(isOnlyEmoji(text), text);
  for (const text of ["", "ok 👍", "123", "👍👍👍👍👍👍", "©", "ㅋㅋ", "1️⃣"]) assert(!isOnlyEmoji(text), text);
});

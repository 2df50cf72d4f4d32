import assert from "node:assert/strict";
import { test } from "node:test";
import { piecesOf } from "./mrkdwn";

const words = (text: string, ...marks: ("b" | "i" | "s")[]) => ({ kind: "words", text, marks });

test("marks, one in another", () => {
  assert.deepEqual(piecesOf("a *b _c_* ~d~ e*f*g"), [
    words("a "),
    words("b ", "b"),
    words("c", "b", "i"),
    words(" "),
    words("d", "s"),
    words(" e*f*g"),
  ]);
});

test("what was escaped is no markup", () => {
  assert.deepEqual(piecesOf("&lt;!channel&gt; &amp;amp;"), [words("<!channel> &amp;")]);
});

test("people, channels, everybody and links", () => {
  assert.deepEqual(piecesOf("<@U1><#C1|help><!channel><https://x.example/?a=1&amp;b=2|there>"), [
    { kind: "person", id: "U1" },
    { kind: "channel", name: "help" },
    { kind: "everybody", name: "channel" },
    { kind: "link", url: "https://x.example/?a=1&b=2", text: "there" },
  ]);
  const moment = { kind: "moment", at: 1700000000000, format: "{date} at {time}" };
  assert.deepEqual(piecesOf("<!date^1700000000^{date} at {time}^https://x.example|14 Nov>"), [moment]);
});

test("code stays as it is", () => {
  assert.deepEqual(piecesOf("`a*b*`"), [{ kind: "code", text: "a*b*" }]);
  assert.deepEqual(piecesOf("```\nx *y*\n```z"), [words(""), { kind: "pre", text: "x *y*" }, words("z")].slice(1));
  assert.deepEqual(piecesOf("```open"), [words("```open")]);
});

test("quotes", () => {
  assert.deepEqual(piecesOf("a\n&gt; b\n&gt; *c*\nd"), [
    words("a"),
    { kind: "quote", pieces: [words("b\n"), words("c", "b")] },
    words("d"),
  ]);
});

test("emoji and Korean beside a mark", () => {
  assert.deepEqual(piecesOf(":eyes: :nosuch: *배송*이"), [words("👀 :nosuch: *배송*이")]);
});

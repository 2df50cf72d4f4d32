import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseLanguage, fill, makeWords } from "./i18n";
import { particle } from "./particles";

test("the person's choice wins, then the browser's first known language, then English", () => {
  assert.equal(chooseLanguage("en", ["ko-KR"]), "en");
  assert.equal(chooseLanguage(null, ["ja-JP", "ko-KR", "en"]), "ko");
  assert.equal(chooseLanguage(undefined, ["ja-JP"]), "en");
});

test("Korean particles follow the last sound", () => {
  assert.equal(particle("민수", "이/가"), "가");
  assert.equal(particle("지은", "이/가"), "이");
  assert.equal(particle("서울", "으로/로"), "로");
  assert.equal(particle("부산", "으로/로"), "으로");
  assert.equal(particle("상담원 3", "을/를"), "을");
  assert.equal(particle("Ann", "을/를"), "을");
  assert.equal(particle("(지은)", "은/는"), "은");
});

test("holes are filled, unknown holes stay visible, values are never patterns", () => {
  assert.equal(fill("{name}{이/가} 담당해요", { name: "하나" }, particle), "하나가 담당해요");
  assert.equal(fill("{a} {b}", { a: "{b}" }), "{b} {b}");
  assert.equal(fill("‘{name}’{을/를} 찾아요", { name: "배송" }, particle), "‘배송’을 찾아요");
});

test("plurals take the language's form", () => {
  const words = makeWords<"x">();
  words.use("en", { "x.one": "{n} file", "x.other": "{n} files" });
  assert.equal(words.count("x", 1), "1 file");
  assert.equal(words.count("x", 1200), "1,200 files");
  words.use("ko", { "x.one": "파일 {n}개", "x.other": "파일 {n}개" });
  assert.equal(words.count("x", 1), "파일 1개");
});

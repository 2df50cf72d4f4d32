import assert from "node:assert/strict";
import { test } from "node:test";
import { find } from "./hangul";
import { shortcutOf } from "./keys";

const finds = (typed: string, text: string) => find(typed, text) !== null;

test("initial consonants find syllables", () => {
  assert.ok(finds("ㅂㅅ", "배송 지연"));
  assert.ok(finds("ㅈㅇ", "배송 지연"));
  assert.ok(finds("ㄱㅈㅇ", "김지은"));
  assert.ok(!finds("ㅅㅂ", "배송"));
  assert.ok(!finds("ㅂㅅ", "best"));
});

test("a syllable in the making finds what it may become", () => {
  assert.ok(finds("배소", "배송"));
  assert.ok(finds("배ㅅ", "배송"));
  assert.ok(finds("간", "가나"), "the final may be the next syllable's beginning");
  assert.ok(!finds("간", "가다"));
  assert.ok(!finds("배송", "배소"), "what was typed whole must stand there");
});

test("letters in order, capitals aside", () => {
  assert.ok(finds("cls", "Close"));
  assert.ok(finds("close", "CLOSE"));
  assert.ok(!finds("slc", "Close"));
  assert.ok(finds("", "anything"));
  assert.ok(finds("set tag", "Settings: Tags"));
});

test("beginnings of words and neighbours come first", () => {
  const score = (typed: string, text: string) => find(typed, text)?.score ?? -1;
  assert.ok(score("tag", "Tags") > score("tag", "Take again"));
  assert.ok(score("12", "#12 Kim") > score("12", "#312 Kim"));
  assert.ok(score("re", "Reply") > score("re", "Priority: Urgent, later"));
});

test("the found letters are told by place", () => {
  assert.deepEqual(find("ㅅㅈ", "배송 지연")?.at, [1, 3]);
});

test("shortcuts are signs and letters of the layout, letters by place on others", () => {
  const of = (key: string, code: string) => shortcutOf({ key, code });
  assert.equal(of("j", "KeyJ"), "j");
  assert.equal(of("J", "KeyJ"), "j");
  assert.equal(of("ㅓ", "KeyJ"), "j");
  assert.equal(of("ㅃ", "KeyQ"), "q");
  assert.equal(of("о", "KeyJ"), "j", "Cyrillic");
  assert.equal(of("Process", "KeyJ"), "j", "an input method took it");
  assert.equal(of("j", "KeyC"), "j", "Dvorak: the letter it writes");
  assert.equal(of("?", "Minus"), "?", "German");
  assert.equal(of("/", "Digit7"), "/", "German: Shift and 7");
  assert.equal(of("-", "Slash"), "-", "German: what stands there is no slash");
  assert.equal(of("Process", "Slash"), "/");
  assert.equal(of("Escape", "Escape"), "Escape");
  assert.equal(of("ArrowDown", "ArrowDown"), "ArrowDown");
});

test("letters that stand together come before scattered ones", () => {
  const score = (text: string) => find("ㅂㅅ", text)?.score ?? -1;
  assert.ok(score("배송 delivery") > score("고객 정보 보이기/숨기기"));
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Catalogue, type Language, makeWords } from "../../shared/i18n";
import { isOurs, toldBy } from "./pushed";

function words(language: Language) {
  const made = makeWords<never>();
  made.use(language, JSON.parse(readFileSync(`src/i18n/notices.${language}.json`, "utf8")) as Catalogue);
  return made;
}

test("a push is told in the agent's language, without anybody's words", () => {
  const told = toldBy({ kind: "replied", number: 12, conversation: "c1", message: "m1", n: 1 }, words("en"));
  assert.deepEqual(told, { title: "A customer answered", body: "Conversation #12", tag: "c1", to: "/c/12?m=m1" });
  assert.equal(toldBy({ kind: "mention", number: 12 }, words("ko")).title, "동료가 나를 언급했어요");
  assert.equal(toldBy({ kind: "replied", number: 1, n: 3 }, words("ko")).title, "고객이 메시지 3개를 보냈어요");
});

test("with a preview it says who and what", () => {
  const told = toldBy({ kind: "replied", number: 12, name: "Kim", text: "Hello" }, words("en"));
  assert.equal(told.title, "Kim · A customer answered");
  assert.equal(told.body, "Hello\nConversation #12");
  assert.equal(told.to, "/c/12");
  const note = { kind: "mention", number: 12, text: "**Now** please" } as const;
  assert.equal(toldBy(note, words("en")).body, "Now please\nConversation #12");
  assert.equal(toldBy({ ...note, kind: "replied" }, words("en")).body, "**Now** please\nConversation #12");
});

test("one new customer leads to her, several to where they wait", () => {
  const one = { kind: "new", number: 12, conversation: "c1", message: "m1", n: 1 } as const;
  const alone = toldBy(one, words("en"));
  assert.deepEqual([alone.title, alone.tag, alone.to], ["A new conversation that nobody has", "new", "/c/12?m=m1"]);
  const many = toldBy({ ...one, n: 3 }, words("ko"));
  assert.deepEqual([many.title, many.tag, many.to], ["담당자가 없는 새 대화가 3개 있어요", "new", "/list/unassigned"]);
  assert.equal(toldBy({ ...one, n: 100 }, words("en")).title, "99+ new conversations that nobody has");
});

test("whatever comes, something is shown", () => {
  assert.equal(toldBy({}, words("en")).to, "/notices");
  assert.equal(toldBy({ kind: "test" }, words("en")).title, "Notifications work");
});

test("the worker speaks for the inbox's own pages alone", () => {
  for (const path of ["/", "/c/12", "/list/team/x", "/settings", "/settings/me", "/notices", "/search", "/sign-in"])
    assert(isOurs(path), path);
  for (const path of ["/chat/web", "/api/v1/session", "/media/x/y", "/static/x.js", "/link/abc", "/widget.js", "/clean"])
    assert(!isOurs(path), path);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { ContactView, IdentityView, LikelyList } from "../../../wire";
import { Answers, asksFirst } from "./likeness";

const answer: LikelyList = { likely: [], joined: true, running: [] };

function person(space: string, address: string, proof: IdentityView["proof"]): ContactView {
  return { identities: [{ id: address, space, address, proof }] } as unknown as ContactView;
}

test("an answer holds for a contact as it stood, and for a while", () => {
  let now = 0;
  const answers = new Answers(() => now);
  answers.keep({ id: "kim", position: 7 }, answer);
  assert.equal(answers.of({ id: "kim", position: 7 }), answer);
  assert.equal(answers.of({ id: "kim", position: 8 }), null);
  assert.equal(answers.of({ id: "lee", position: 7 }), null);
  now = 60_000;
  assert.equal(answers.of({ id: "kim", position: 7 }), null);
});

test("no more answers are kept than a day's work needs", () => {
  const answers = new Answers(() => 0);
  for (let position = 0; position <= 100; position++) answers.keep({ id: "kim", position }, answer);
  assert.equal(answers.of({ id: "kim", position: 0 }), null);
  assert.equal(answers.of({ id: "kim", position: 1 }), answer);
});

test("two users of one site, and who only says so, are compared before they are merged", () => {
  const user = person("app:shop", "haneul", 2);
  const visitor = person("visitor", "v", 0);
  assert.equal(asksFirst(user, { contact: person("app:shop", "en-1003", 2), why: ["name"] }), true);
  assert.equal(asksFirst(user, { contact: visitor, why: ["claimed"] }), true);
  assert.equal(asksFirst(visitor, { contact: user, why: ["claims"] }), true);
  assert.equal(asksFirst(user, { contact: visitor, why: ["claimed", "name"] }), false);
  assert.equal(asksFirst(user, { contact: person("tel", "+82", 1), why: ["phone"] }), false);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { partsOf, withPlace } from "./macro-places";

test("a text is told from its places", () => {
  assert.deepEqual(partsOf("Hi {{contact.name|there}}, #{{ conversation.number }}"), [
    { text: "Hi ", place: null },
    { text: "{{contact.name|there}}", place: "contact.name" },
    { text: ", #", place: null },
    { text: "{{ conversation.number }}", place: "conversation.number" },
  ]);
  assert.deepEqual(partsOf("no {place} here"), [{ text: "no {place} here", place: null }]);
  assert.deepEqual(partsOf(""), []);
});

test("the parts together are the text", () => {
  for (const text of ["{{a}}{{b|}}", "{{{{a}}", "안녕하세요 {{contact.name}} 님", "{{ }}", "}}{{"]) {
    assert.equal(
      partsOf(text)
        .map((part) => part.text)
        .join(""),
      text,
    );
  }
});

test("a place stands over what was selected, and the cursor behind it", () => {
  assert.deepEqual(withPlace("Hi NAME!", [3, 7], "contact.name"), ["Hi {{contact.name}}!", 19]);
  assert.deepEqual(withPlace("", [0, 0], "agent.name"), ["{{agent.name}}", 14]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { gapsIn } from "./places";

test("places are found where they stand", () => {
  const text = "Dear {{contact.name}}, {{ contact.attributes.plan | none }}";
  assert.deepEqual(
    gapsIn(text).map((gap) => [gap.name, text.slice(gap.from, gap.to)]),
    [
      ["contact.name", "{{contact.name}}"],
      ["contact.attributes.plan", "{{ contact.attributes.plan | none }}"],
    ],
  );
});

test("other braces are words", () => {
  assert.deepEqual(gapsIn("{{ user }} { contact.name } {{contact.phone}}"), []);
});

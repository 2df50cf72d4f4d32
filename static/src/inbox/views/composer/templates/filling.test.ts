import assert from "node:assert/strict";
import { test } from "node:test";
import type { TemplateView } from "../../../../wire";
import { filled, foundTemplates, gapsOf, piecesOf } from "./filling";

function template(name: string, text: string, state = "approved"): TemplateView {
  const variables = Object.fromEntries([...text.matchAll(/\{\{ ?(\w+) ?\}\}/g)].map((one) => [one[1] ?? "", "x"]));
  return { key: name, name, language: "en", text, variables, state, reason: "", category: "" };
}

const order = template("order_sent", "Hello {{1}}, your order {{ 2 }} is on its way. {{1}}!");

test("what is filled in is read at once, what is not is a gap", () => {
  assert.equal(filled(order, { 1: "Mina" }), "Hello Mina, your order {{ 2 }} is on its way. Mina!");
  assert.deepEqual(
    piecesOf(order, { 1: "Mina" }).flatMap((piece) => piece.gap ?? []),
    ["2"],
  );
  assert.deepEqual(gapsOf(order, { 1: "Mina", 2: "  " }), ["2"]);
  assert.deepEqual(gapsOf(order, { 1: "Mina", 2: "A-1" }), []);
  assert.equal(filled(order, { 1: "{{2}}", 2: "A" }), "Hello {{2}}, your order A is on its way. {{2}}!");
});

test("found by name and words; what cannot be sent stands below", () => {
  const all = [template("a_sale", "Loud", "rejected"), order, template("welcome", "Hello there")];
  const names = (wanted: string) => foundTemplates(all, wanted).map((one) => one.name);
  assert.deepEqual(names(""), ["order_sent", "welcome", "a_sale"]);
  assert.deepEqual(names("hello"), ["order_sent", "welcome"]);
  assert.deepEqual(names("ORDER sent way"), ["order_sent"]);
  assert.deepEqual(names("nothing"), []);
});

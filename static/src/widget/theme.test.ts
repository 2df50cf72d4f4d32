import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

/** Every value a name is given, in the order of the themes. */
function tokens(path: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const text = readFileSync(path, "utf8").replace(/@media[^]*$/, "");
  for (const [, name = "", value = ""] of text.matchAll(/(--[\w-]+):\s*([^;]+);/g)) {
    found.set(name, [...(found.get(name) ?? []), value.replace(/\s+/g, " ")]);
  }
  return found;
}

test("the chat wears the house's colours", () => {
  const house = tokens("src/shared/tokens.css");
  const chat = tokens("src/widget/theme.css");
  assert(chat.size > 20);
  for (const [name, values] of chat) assert.deepEqual(values, house.get(name), name);
});

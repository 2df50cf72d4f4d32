import assert from "node:assert/strict";
import { test } from "node:test";
import { shortAddress } from "./names";

test("a short account name stands whole, of a long id its end tells it from others", () => {
  // Without a catalogue a word is its key.
  assert.equal(shortAddress({ space: "app:shop", address: "haneul" }), "space.app haneul");
  assert.equal(shortAddress({ space: "app:shop", address: "8f14e45fceea167a5a36" }), "space.app …5a36");
  assert.equal(shortAddress({ space: "visitor", address: "Ab3dEf" }), "space.visitor …3dEf");
  assert.equal(shortAddress({ space: "tel", address: "+821055550111", shown: "+82 10-5555-0111" }), "+82 10-5555-0111");
  assert.equal(shortAddress({ space: "mailto", address: "mina@mail.example" }), "mina@mail.example");
});

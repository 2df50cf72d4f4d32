import assert from "node:assert/strict";
import { test } from "node:test";
import type { EnvelopeView, RecipientView } from "../../../wire";
import { automaticOf, calledAs, doubtsOf, isWarning, herRole, toldOf } from "./told";

function recipient(address: string, role: RecipientView["role"]): RecipientView {
  return { identity: address, address, name: "", role };
}

function envelope(recipients: RecipientView[], aside = false): EnvelopeView {
  return { subject: "", quote: false, aside, recipients };
}

test("a doubt that a newer server knows is still one", () => {
  assert.deepEqual(doubtsOf({ doubts: ["stranger", "brand_new", "cut", "newer_yet"] }), ["stranger", "other", "cut"]);
  assert.deepEqual(doubtsOf({ doubts: ["names_nobody"] }), ["names_nobody"], "a report about somebody else");
  assert.ok(isWarning("stranger") && isWarning("other") && !isWarning("cut") && !isWarning("encrypted"));
});

test("what no person wrote is named, also by a word that is not known", () => {
  assert.equal(automaticOf({ automatic: null }), null);
  assert.equal(automaticOf({ automatic: "away" }), "away");
  assert.equal(automaticOf({ automatic: "robot" }), "machine");
});

test("recipients are told by role, in the order in which people read them", () => {
  const told = toldOf(envelope([recipient("c@x", "bcc"), recipient("b@x", "cc"), recipient("a@x", "to"), recipient("d@x", "cc")]));
  assert.deepEqual(
    told.map(({ role, people }) => [role, people.map((one) => one.address)]),
    [
      ["to", ["a@x"]],
      ["cc", ["b@x", "d@x"]],
      ["bcc", ["c@x"]],
    ],
  );
});

test("the one whom everybody expects is not told, unless it went past the customer", () => {
  assert.deepEqual(toldOf(envelope([recipient("a@x", "to")])), []);
  assert.deepEqual(toldOf(undefined), []);
  assert.equal(toldOf(envelope([recipient("a@x", "to")], true)).length, 1);
});

test("somebody without a name is called by the address", () => {
  assert.equal(calledAs({ name: "", address: "a@x" }), "a@x");
  assert.equal(calledAs({ name: "Mina", address: "a@x" }), "Mina");
});

test("the customer gets it by whichever of her addresses, or not at all", () => {
  const hers = new Set(["home@x", "work@x"]);
  const role = (...recipients: RecipientView[]) => herRole(envelope(recipients, true), hers);
  assert.equal(role(recipient("partner@x", "to")), null);
  assert.equal(role(recipient("partner@x", "to"), recipient("work@x", "cc")), "cc");
  assert.equal(role(recipient("work@x", "to"), recipient("home@x", "bcc")), "to");
});

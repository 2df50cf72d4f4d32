import assert from "node:assert/strict";
import { test } from "node:test";
import type { RecipientView, CorrespondentView, RecipientsView } from "../../../wire";
import { asSentLetter, isAddress, letterIn, letterOf, peopleIn, saidBy, onlyTo, shownAs, withoutPerson, withPeople, wrongIn } from "./letter";

function one(address: string, name = ""): CorrespondentView {
  return { identity: address, address, name };
}

const TOLD: RecipientsView = {
  left_out: [],
  account: "mail",
  leg: "l1",
  to: [one("mina@example.com", "Mina")],
  cc: [one("joe@example.com")],
  subject: "Order 12",
  quote: true,
  signature: { en: "", ko: "" },
  language: null,
};

test("what is not said follows the conversation", () => {
  const shown = shownAs(TOLD, undefined);
  assert.deepEqual(shown.to, [{ address: "mina@example.com", name: "Mina" }]);
  assert.deepEqual(shown.cc, [{ address: "joe@example.com" }]);
  assert.equal(saidBy(shown, TOLD), undefined);
  assert.equal(saidBy({ ...shown, subject: "Order 12" }, TOLD), undefined);
});

test("only what differs is said, also that nobody stands there", () => {
  const shown = withoutPerson(shownAs(TOLD, undefined), "cc", "joe@example.com");
  assert.deepEqual(saidBy(shown, TOLD), { cc: [] });
  assert.deepEqual(saidBy({ ...shown, quote: false, subject: "Refund" }, TOLD), { cc: [], quote: false, subject: "Refund" });
  assert.deepEqual(shownAs(TOLD, { cc: [] }).cc, []);
});

test("somebody stands in one place only, however it is written", () => {
  const moved = withPeople(shownAs(TOLD, undefined), "bcc", [{ address: "Joe@Example.com" }]);
  assert.deepEqual([moved.to.length, moved.cc.length, moved.bcc.length], [1, 0, 1]);
  assert.deepEqual(saidBy(moved, TOLD), { cc: [], bcc: [{ address: "Joe@Example.com" }] });
  assert.deepEqual(withPeople(moved, "bcc", [{ address: "joe@example.com" }]).bcc.length, 1);
});

test("lists are read as people paste them", () => {
  assert.deepEqual(peopleIn('"Kim, Mina" <mina@example.com>; joe@example.com\n김철수 <cs@example.co.kr>,'), [
    { address: "mina@example.com", name: "Kim, Mina" },
    { address: "joe@example.com" },
    { address: "cs@example.co.kr", name: "김철수" },
  ]);
  assert.deepEqual(peopleIn("a@example.com b@example.com"), [{ address: "a@example.com" }, { address: "b@example.com" }]);
  assert.deepEqual(peopleIn("the new one"), [{ address: "the new one" }]);
  assert.deepEqual(peopleIn(" , ;\n"), []);
  assert.deepEqual(peopleIn('"'), [{ address: '"' }]);
});

test("what is no address is found before it is sent", () => {
  for (const good of ["a@b.kr", "first.last+tag@mail.example.com", "김@예시.한국"]) assert.ok(isAddress(good), good);
  for (const bad of ["", "a", "a@b", "a b@c.de", "a@b.c.", "<a@b.de>"]) assert.ok(!isAddress(bad), bad);
  assert.equal(wrongIn({ to: [{ address: "a@b.de" }], cc: [{ address: "joe" }] }), "joe");
  assert.equal(wrongIn(undefined), null);
});

test("what was to go comes back as it was", () => {
  const said = { to: [{ address: "a@b.de" }], subject: " Hello ", quote: false, bcc: [] };
  const args = asSentLetter(said);
  assert.deepEqual(args, { to: [{ address: "a@b.de" }], subject: "Hello", quote: false });
  assert.deepEqual(letterIn({ ...args, text: "Hi", leg: "l1" }), args);
  assert.equal(letterIn({ text: "Hi" }), undefined);
});

test("a reply that was taken back goes to the same people again", () => {
  const recipients = [
    { ...one("a@b.de", "A"), role: "to" as const },
    { ...one("c@b.de"), role: "cc" as const },
    { ...one("d@b.de"), role: "bcc" as const },
    { ...one(""), role: "cc" as const },
  ];
  assert.deepEqual(letterOf({ subject: "Hi", quote: true, aside: false, recipients }, null), {
    to: [{ address: "a@b.de", name: "A" }],
    cc: [{ address: "c@b.de" }],
    bcc: [{ address: "d@b.de" }],
    subject: "Hi",
    quote: true,
  });
  const usual = [one("mina@example.com", "Mina"), one("joe@example.com")].map((who, at): RecipientView => ({ ...who, role: at ? "cc" : "to" }));
  assert.equal(letterOf({ subject: "", quote: true, aside: false, recipients: usual }, TOLD), undefined);
  assert.deepEqual(letterOf({ subject: "", quote: false, aside: false, recipients: usual.slice(0, 1) }, TOLD), { cc: [], quote: false });
  assert.equal(letterOf(undefined, TOLD), undefined);
});

test("answering her alone leaves out whoever is answered besides, and nobody who was added", () => {
  const all = shownAs(TOLD, undefined);
  assert.equal(onlyTo(all, TOLD), false);
  const alone = { ...all, cc: [] };
  assert.equal(onlyTo(alone, TOLD), true);
  assert.equal(onlyTo(withPeople(alone, "cc", [{ address: "new@example.com" }]), TOLD), true);
  assert.equal(onlyTo(alone, { ...TOLD, cc: [] }), null);
});

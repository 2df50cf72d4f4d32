import assert from "node:assert/strict";
import { test } from "node:test";
import type { FailureView, RecipientView } from "../../../wire";
import { standingOf } from "./standing";

const HANA = { id: "i1", space: "mailto", address: "hana@naver.example", proof: 1 } as const;
const NEVER: FailureView = { text: "delivery.no_such_address", code: "550", then: "never" };

function went(at: number, delivery: NonNullable<RecipientView["delivery"]>, failure?: FailureView) {
  const recipient: RecipientView = { identity: "i1", address: HANA.address, name: "", role: "to", delivery, ...(failure && { failure }) };
  return { at, author: { kind: "agent", id: "a1", name: "Mina" } as const, envelope: { subject: "", quote: false, aside: false, recipients: [recipient] } };
}

function came(at: number) {
  return { at, author: { kind: "customer", id: "i1", name: "Hana" } as const };
}

test("who wants nothing, or nothing automatic, is said of that address alone", () => {
  const leg = { account: "mail", identity: HANA, opted_out_at: null, quiet_since: 5 };
  assert.deepEqual(standingOf("i1", [leg], []), [{ kind: "quiet", account: "mail", at: 5 }]);
  assert.deepEqual(standingOf("i1", [{ ...leg, opted_out_at: 7 }], []), [{ kind: "out", account: "mail", at: 7 }]);
  assert.deepEqual(standingOf("i2", [leg], []), []);
});

test("mail comes back since the first of those that all did", () => {
  const bounces = [went(1, "sent"), went(2, "failed", NEVER), went(3, "failed", NEVER), went(4, "sent")];
  assert.deepEqual(standingOf("i1", [], bounces), [{ kind: "bounces", at: 2, failure: NEVER }]);
  assert.deepEqual(standingOf("i1", [], [...bounces, went(5, "delivered")]), []);
  assert.deepEqual(standingOf("i1", [], [...bounces, came(5)]), []);
  // Another mail may arrive.
  assert.deepEqual(standingOf("i1", [], [went(2, "failed", { ...NEVER, text: "delivery.mail_too_large" })]), []);
});

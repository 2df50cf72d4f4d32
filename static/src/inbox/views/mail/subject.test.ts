import assert from "node:assert/strict";
import { test } from "node:test";
import { bareSubject, ownSubject } from "./subject";

test("what answering put before it does not make it another subject", () => {
  for (const subject of ["Re: Order 12", "RE: Re: order 12", "Fwd: AW: Order 12", "Re[2]: Order 12", "회신: Order 12", "Re：Order  12"])
    assert.equal(ownSubject(subject, "Order 12"), null, subject);
  assert.equal(ownSubject("Order 12", "Re: Order 12"), null);
});

test("another subject is shown as it came", () => {
  assert.equal(ownSubject(" Re: Order 13 ", "Order 12"), "Re: Order 13");
  assert.equal(ownSubject("주문 문의", ""), "주문 문의");
  assert.equal(bareSubject("Refund: two cups"), "Refund: two cups");
});

test("one that says nothing is not shown", () => {
  for (const subject of ["", "  ", "Re: ", "Re: Fwd:"]) assert.equal(ownSubject(subject, "Order 12"), null, subject);
});

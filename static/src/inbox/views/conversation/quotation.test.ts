import assert from "node:assert/strict";
import { test } from "node:test";
import { asQuotation } from "./quotation";

test("every line is quoted, and an empty one stays empty", () => {
  assert.equal(asQuotation("안녕하세요\n\n주문이 안 왔어요 "), "> 안녕하세요\n>\n> 주문이 안 왔어요");
});

test("a long text is cut", () => {
  const quoted = asQuotation("가".repeat(1000));
  assert.equal(quoted.length, 2 + 400 + 1);
  assert(quoted.endsWith("…"));
});

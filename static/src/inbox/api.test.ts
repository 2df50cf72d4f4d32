import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProblemView } from "../wire";
import { ApiError, problemOf } from "./api";

const REFUSED: ProblemView = { type: "refused", title: "", status: 422, detail: "", text: "errors.no_address", params: {} };

test("a refusal says why, by whichever way it came", () => {
  assert.equal(problemOf(new ApiError(REFUSED)), REFUSED);
  assert.equal(problemOf(REFUSED), REFUSED);
});

test("whatever else was thrown is no answer", () => {
  for (const thrown of [new TypeError("Failed to fetch"), "no", null, undefined, {}]) {
    assert.equal(problemOf(thrown).text, "errors.network");
    assert.equal(problemOf(thrown).status, 0);
  }
});

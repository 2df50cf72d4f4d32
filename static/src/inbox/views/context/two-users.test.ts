import assert from "node:assert/strict";
import { test } from "node:test";
import type { IdentityView } from "../../../wire";
import { twoUsers } from "./two-users";

function known(space: string, address: string, proof: IdentityView["proof"]): { identities: IdentityView[] } {
  return { identities: [{ id: `${space}/${address}`, space, address, proof }] };
}

test("two users of one site, each by proof, are told", () => {
  const found = twoUsers(known("app:shop", "haneul", 2), known("app:shop", "en-1003", 3));
  assert.deepEqual(found?.map(({ address }) => address), ["haneul", "en-1003"]);
});

test("what may well be one person is not told", () => {
  const haneul = known("app:shop", "haneul", 2);
  assert.equal(twoUsers(haneul, known("app:shop", "en-1003", 0)), null);
  assert.equal(twoUsers(haneul, known("app:forum", "en-1003", 2)), null);
  assert.equal(twoUsers(haneul, haneul), null);
  assert.equal(twoUsers(known("tel", "+821012345678", 3), known("tel", "+821087654321", 3)), null);
  assert.equal(twoUsers(known("visitor", "a", 2), known("visitor", "b", 2)), null);
});

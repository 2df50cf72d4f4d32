// Rows that an undo brings back: they are expected, so they do not wait behind the pill.

const EXPECTED_FOR = 5000; // ms in which the server answers an undo

const expected = new Map<string, number>();

/** Called as it is undone; the row comes with the server's word. */
export function expectBack(ids: Iterable<string>): void {
  for (const id of ids) expected.set(id, Date.now() + EXPECTED_FOR);
}

export function comingBack(): ReadonlySet<string> {
  for (const [id, until] of expected) if (until < Date.now()) expected.delete(id);
  return new Set(expected.keys());
}

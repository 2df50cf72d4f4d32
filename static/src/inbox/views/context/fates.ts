// What becomes of two people's values when the one is merged into the other. Pure.

/** Stays, fills what was empty, is the same on both sides, or is set aside; null: there is nothing. */
export type Fate = "stands" | "fills" | "equal" | "set_aside";

/** Of the kept one's value (0) or the other's (1). Nothing that both say is lost, so nothing of it is set aside. */
export function fateOf(values: readonly [string, string], which: 0 | 1): Fate | null {
  const [kept, other] = values;
  if (!values[which]) return null;
  if (kept === other) return "equal";
  if (which === 0) return "stands";
  return kept ? "set_aside" : "fills";
}

import { known } from "../../store";

/** No customer has ever written. Only who sees everything can know: to an agent an empty team looks the same. */
export function isEmptyHouse(): boolean {
  const { generation, counts, me } = known;
  return generation > 0 && counts.size === 0 && me !== null && me.role !== "agent";
}

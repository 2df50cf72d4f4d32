// The same to many conversations at once, each for itself.

import type { ActsSent, Bulked, Unbulked } from "../../wire";
import { act } from "./outbox";

export async function bulk(conversations: readonly string[], actions: ActsSent): Promise<Bulked> {
  return (await act("bulk", { conversations, actions })) as unknown as Bulked;
}

export async function undoBulk(undo: string): Promise<Unbulked> {
  return (await act("undo_bulk", { undo })) as unknown as Unbulked;
}

// Whom a leg reaches: after a merge a conversation may hold several people, and nobody answers the wrong one by mistake.

import type { ConversationView, LegView } from "../../../wire";
import { known } from "../../store";
import { customerName, shortAddress } from "../names";

/** Who wrote last by this leg, as they were called then. */
function writerOf(view: ConversationView, leg: LegView): string {
  const rows = known.threads.get(view.id)?.rows ?? [];
  const said = rows.findLast(({ message }) => message.leg === leg.id && message.author.kind === "customer");
  return said?.message.author.name ?? "";
}

/** The name of the person at a leg's other end: whose conversation it is, as everywhere; others without a name by a
 *  short form of the address, which tells them apart. */
export function personAt(view: ConversationView, leg: LegView): string {
  if (view.contact.erased || view.legs.length === 1) return customerName(view);
  for (const contact of known.contacts.values()) {
    if (contact.identities.some((identity) => identity.id === leg.identity.id))
      return contact.id === view.contact.id ? customerName(view) : contact.name || shortAddress(leg.identity);
  }
  return writerOf(view, leg) || shortAddress(leg.identity);
}

/** Does this conversation reach more than one person, as far as their names and addresses tell? */
export function hasSeveralPeople(view: ConversationView): boolean {
  return view.legs.length > 1 && new Set(view.legs.map((leg) => personAt(view, leg))).size > 1;
}

/** Whom the current leg reaches. */
export function addressee(view: ConversationView, leg: LegView | undefined): string {
  return leg ? personAt(view, leg) : customerName(view);
}

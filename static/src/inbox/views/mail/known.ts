// Whom a conversation knows by mail.

import type { ConversationView, WrittenTo } from "../../../wire";
import { known } from "../../store";
import { isAddress } from "./letter";

/** Its customer, those who take part, and whoever its messages went to; each once, the customer first. */
export function knownIn(view: ConversationView): WrittenTo[] {
  const found = new Map<string, WrittenTo>();
  const put = ({ address, name }: { address: string; name: string }) => {
    if (address && !found.get(address)?.name) found.set(address, name ? { address, name } : { address });
  };
  for (const identity of known.contacts.get(view.contact.id)?.identities ?? [])
    if (identity.space === "mailto") put({ address: identity.address, name: view.contact.name });
  view.participants?.forEach(put);
  for (const { message } of known.threads.get(view.id)?.rows ?? []) message.envelope?.recipients.forEach(put);
  return [...found.values()];
}

/** Addresses that her contact carries without being one of her ways: left in a chat, or said by her site. */
export function leftBy(view: ConversationView): string[] {
  const contact = known.contacts.get(view.contact.id);
  const said = [...Object.values(contact?.claims ?? {}), contact?.attributes.email];
  return [...new Set(said.flatMap((one) => (typeof one === "string" && isAddress(one) ? one.toLowerCase() : [])))];
}

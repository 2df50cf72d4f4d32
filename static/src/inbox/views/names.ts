import type { ActorView, ContactRef } from "../../wire";
import { t } from "../words";

/** What a person is called where nobody has said a name. */
export function contactName(contact: Pick<ContactRef, "name" | "erased">): string {
  if (contact.erased) return t("contact.erased");
  return contact.name || t("contact.unnamed");
}

export function actorName(actor: ActorView): string {
  if (actor.name) return actor.name;
  return actor.kind === "customer" ? t("contact.unnamed") : t("actor.system");
}

import type { ActorView, ContactRef, IdentityView } from "../../wire";
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

/** What kind of address it is. */
export function spaceWord(space: string): string {
  if (space === "tel") return t("space.tel");
  if (space === "mailto") return t("space.mailto");
  return t(space === "visitor" ? "space.visitor" : "space.app");
}

const TELLING = 4; // letters at an id's end that tell it from others

/** An address as people read it: numbers and mail whole, of an id only its end. */
export function shortAddress({ space, address }: Pick<IdentityView, "space" | "address">): string {
  if (space === "tel" || space === "mailto") return address;
  return `${spaceWord(space)} ${address.slice(-TELLING)}`;
}

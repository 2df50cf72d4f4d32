import { languages } from "../../shared/formats";
import type { ActorView, AttributeView, ContactRef, ContactView, ConversationView, IdentityView } from "../../wire";
import { language, t } from "../words";

/** What a person is called where nobody has said a name. */
export function contactName(contact: Pick<ContactRef, "name" | "erased">): string {
  if (contact.erased) return t("contact.erased");
  return contact.name || t("contact.unnamed");
}

/** Whose conversation it is; somebody who has not said a name by the number or address that she writes from. */
export function customerName({ contact, legs }: Pick<ConversationView, "contact" | "legs">): string {
  const reached = legs.find(({ identity }) => identity.space === "tel" || identity.space === "mailto");
  return contact.name || contact.erased || !reached ? contactName(contact) : shortAddress(reached.identity);
}

/** The same of a contact as it is known whole: an unnamed one by an address that tells it from others. */
export function contactLabel(contact: Pick<ContactView, "name" | "erased_at" | "identities">): string {
  if (contact.erased_at !== null) return t("contact.erased");
  const [identity] = contact.identities;
  return contact.name || (identity ? shortAddress(identity) : t("contact.unnamed"));
}

/** A language's own name in the language that is spoken here. */
export function languageName(locale: string): string {
  try {
    return languages(document.documentElement.lang).of(locale) ?? locale;
  } catch {
    return locale;
  }
}

/** What a field is called in the language that is spoken here. */
export function attributeLabel({ label, labels }: Pick<AttributeView, "label" | "labels">): string {
  return labels[language.value] || label;
}

export function actorName(actor: ActorView): string {
  if (actor.name) return actor.name;
  const [what, rule] = actor.id.split(":");
  if (what === "rule" && rule) return t("actor.rule", { rule });
  return actor.kind === "customer" ? t("contact.unnamed") : t("actor.system");
}

/** What kind of address it is. */
export function spaceWord(space: string): string {
  if (space === "tel") return t("space.tel");
  if (space === "mailto") return t("space.mailto");
  return t(space === "visitor" ? "space.visitor" : "space.app");
}

const TELLING = 4; // letters at an id's end that tell it from others
const SAYABLE = 16; // letters of an id that stands whole: a name somebody has chosen

/** An address as people read it: numbers, mail and short names whole, of a long id only its end. */
export function shortAddress({ space, address, shown }: Pick<IdentityView, "space" | "address" | "shown">): string {
  if (space === "tel" || space === "mailto") return shown ?? address;
  const isName = space !== "visitor" && address.length <= SAYABLE;
  return `${spaceWord(space)} ${isName ? address : `…${address.slice(-TELLING)}`}`;
}

/** The same where two people are compared: an account with all of its number. */
export function addressWords(identity: Pick<IdentityView, "space" | "address" | "shown">): string {
  const { space, address } = identity;
  if (space === "tel" || space === "mailto" || space === "visitor") return shortAddress(identity);
  return `${spaceWord(space)} ${address}`;
}

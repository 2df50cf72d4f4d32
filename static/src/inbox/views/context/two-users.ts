import type { ContactView, IdentityView } from "../../../wire";

const SIGNED = 2; // the site signed who it is, or it was verified

/** Whom one and the same site knows as two different users of its own, by proof: hardly one person. */
export function twoUsers(
  one: Pick<ContactView, "identities">,
  other: Pick<ContactView, "identities">,
): readonly [IdentityView, IdentityView] | null {
  for (const mine of users(one)) {
    const theirs = users(other).find(({ space, address }) => space === mine.space && address !== mine.address);
    if (theirs) return [mine, theirs];
  }
  return null;
}

/** Two browsers, telephones or mailboxes are often one person's. */
function users({ identities }: Pick<ContactView, "identities">): IdentityView[] {
  return identities.filter(({ space, proof }) => proof >= SIGNED && !["visitor", "tel", "mailto"].includes(space));
}

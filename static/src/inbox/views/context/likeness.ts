// Who may be the same person, and whether something joined can be taken back: one question for each person opened, and
// none for one who was opened a moment ago and has not changed since.

import { useEffect, useState } from "preact/hooks";
import type { ContactView, Likely, LikelyList } from "../../../wire";
import { get } from "../../api";
import { twoUsers } from "./two-users";

const CALM = 250; // ms a contact stays shown before it is asked
const FRESH = 60_000; // ms an answer holds: others may come who are alike
const KEPT = 100; // answers

type Person = Pick<ContactView, "id" | "position">;

const NOTHING: LikelyList = { likely: [], joined: false, running: [] };

/** Answers by contact as it stood, the oldest first. */
export class Answers {
  #kept = new Map<string, { at: number; answer: LikelyList }>();

  constructor(private readonly clock: () => number) {}

  of({ id, position }: Person): LikelyList | null {
    const found = this.#kept.get(`${id} ${position}`);
    return found && this.clock() - found.at < FRESH ? found.answer : null;
  }

  keep({ id, position }: Person, answer: LikelyList): void {
    const key = `${id} ${position}`;
    this.#kept.delete(key);
    this.#kept.set(key, { at: this.clock(), answer });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}

const answers = new Answers(() => performance.now());

export function useLikeness(contact: Person): LikelyList {
  const { id, position } = contact;
  const [told, setTold] = useState<{ of: string; answer: LikelyList }>({ of: "", answer: NOTHING });
  const known = answers.of(contact);
  useEffect(() => {
    if (answers.of({ id, position })) return;
    let current = true;
    const timer = setTimeout(() => {
      get<LikelyList>(`/contacts/${id}/likely`).then(
        (answer) => {
          answers.keep({ id, position }, answer);
          if (current) setTold({ of: id, answer });
        },
        // A suggestion that does not come is missed by nobody; what may be taken back is offered, and its dialog says
        // what is wrong.
        () => current && setTold({ of: id, answer: { likely: [], joined: true, running: [] } }),
      );
    }, CALM);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [id, position]);
  return known ?? (told.of === id ? told.answer : NOTHING);
}

/** Does nothing speak for it but an address that somebody left? That proves nothing. */
export function isClaimed({ why }: Pick<Likely, "why">): boolean {
  return why.every((one) => one === "claims" || one === "claimed");
}

/** Must somebody compare the two before they are merged? Two users of one site are hardly one person. */
export function asksFirst(contact: Pick<ContactView, "identities">, likely: Pick<Likely, "contact" | "why">): boolean {
  return isClaimed(likely) || twoUsers(contact, likely.contact) !== null;
}

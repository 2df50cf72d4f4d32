// To whom a reply goes, where its channel takes several: what answering all means, and what its author says otherwise.

import type { EnvelopeView, LetterView, RecipientsView, WrittenTo } from "../../../wire";

export const ROLES = ["to", "cc", "bcc"] as const;
export type Role = (typeof ROLES)[number];

/** All of it, as it would go now. */
export interface Letter extends Record<Role, readonly WrittenTo[]> {
  subject: string;
  quote: boolean;
}

function person({ address, name }: { address: string; name?: string }): WrittenTo {
  return name ? { address, name } : { address };
}

/** What answering all means; until the server has told it, nothing is known. */
function answer(told: RecipientsView | null): Letter {
  const { to = [], cc = [], quote = false } = told ?? {};
  return { to: to.map(person), cc: cc.map(person), bcc: [], subject: "", quote };
}

export function shownAs(told: RecipientsView | null, said: LetterView | undefined): Letter {
  return { ...answer(told), ...said };
}

function sameAddress(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function sameList(a: readonly WrittenTo[], b: readonly WrittenTo[]): boolean {
  return a.length === b.length && a.every(({ address }, at) => sameAddress(address, b[at]?.address ?? ""));
}

/** Only what is said otherwise: what is not goes on following the conversation. */
export function saidBy(letter: Letter, told: RecipientsView | null): LetterView | undefined {
  const usual = answer(told);
  const said: LetterView = {};
  for (const role of ROLES) if (!sameList(letter[role], usual[role])) said[role] = [...letter[role]];
  const subject = letter.subject.trim();
  // An answer's own subject is the conversation's anyway.
  if (subject !== "" && subject !== told?.subject) said.subject = letter.subject;
  if (letter.quote !== usual.quote) said.quote = letter.quote;
  return Object.keys(said).length > 0 ? said : undefined;
}

/** Is she answered alone, without those who would be answered with her? Null: there is nobody beside her. */
export function onlyTo(letter: Letter, told: RecipientsView | null): boolean | null {
  if (!told || told.cc.length === 0) return null;
  const there = ROLES.flatMap((role) => letter[role]);
  return !told.cc.some((one) => there.some(({ address }) => sameAddress(address, one.address)));
}

/** All who would be answered, or her alone; whoever was added stays. */
export function answering(letter: Letter, told: RecipientsView, all: boolean): Letter {
  const usual = told.cc.map(person);
  let next: Letter = letter;
  for (const role of ROLES)
    next = { ...next, [role]: next[role].filter((one) => !usual.some(({ address }) => sameAddress(address, one.address))) };
  return all ? { ...next, cc: [...usual, ...next.cc] } : next;
}

/** Put there; somebody stands in one place only. */
export function withPeople(letter: Letter, role: Role, people: readonly WrittenTo[]): Letter {
  const next = { ...letter };
  for (const one of people) {
    for (const other of ROLES) next[other] = next[other].filter(({ address }) => !sameAddress(address, one.address));
    next[role] = [...next[role], one];
  }
  return next;
}

export function withoutPerson(letter: Letter, role: Role, address: string): Letter {
  return { ...letter, [role]: letter[role].filter((one) => one.address !== address) };
}

const NAMED = /^\s*"?([^"<]*?)"?\s*<\s*([^<>\s]+)\s*>\s*$/;
const ADDRESS = /^[^\s@<>,;"]+@[^\s@<>,;"]+\.[^\s@<>,;".]{2,}$/u;

/** Does it look like one? The server has the last word. */
export function isAddress(written: string): boolean {
  return ADDRESS.test(written);
}

/** A list as people paste it: `Kim Mina <mina@example.com>, joe@example.com`. */
export function peopleIn(text: string): WrittenTo[] {
  const people: WrittenTo[] = [];
  // A comma within quotation marks belongs to a name.
  for (const piece of text.match(/(?:"[^"]*"|[^,;\n"])+|"/g) ?? []) {
    const [, name = "", named] = NAMED.exec(piece) ?? [];
    if (named !== undefined) people.push(person({ address: named, name: name.trim() }));
    else if (piece.trim()) {
      const written = piece.trim();
      // Addresses with nothing but blanks between them are several.
      const words = written.split(/\s+/);
      people.push(...(words.every(isAddress) ? words : [written]).map((address) => ({ address })));
    }
  }
  return people;
}

/** What is no address, before it is sent. */
export function wrongIn(letter: LetterView | undefined): string | null {
  const all = ROLES.flatMap((role) => letter?.[role] ?? []);
  return all.find(({ address }) => !isAddress(address))?.address ?? null;
}

/** What the command takes; nothing that was not said. */
export function asSentLetter(letter: LetterView | undefined): Record<string, unknown> {
  const { to, cc, bcc, subject, quote } = letter ?? {};
  return {
    ...(to ? { to } : {}),
    ...(cc ? { cc } : {}),
    ...(bcc?.length ? { bcc } : {}),
    ...(subject?.trim() ? { subject: subject.trim() } : {}),
    ...(quote === undefined ? {} : { quote }),
  };
}

/** From a message that came back: as it was to go. */
export function letterIn(args: Readonly<Record<string, unknown>>): LetterView | undefined {
  const { to, cc, bcc, subject, quote } = args as LetterView;
  const said = asSentLetter({ ...(to && { to }), ...(cc && { cc }), ...(bcc && { bcc }), ...(subject && { subject }), ...(quote !== undefined && { quote }) });
  return Object.keys(said).length > 0 ? (said as LetterView) : undefined;
}

/** From a reply that was taken back: how it was to go, as far as that is otherwise than answering all goes now. */
export function letterOf(envelope: EnvelopeView | undefined, told: RecipientsView | null): LetterView | undefined {
  if (!envelope) return undefined;
  const { subject, quote, recipients } = envelope;
  const people = (role: Role) => recipients.filter((one) => one.role === role && one.address).map(person);
  return saidBy({ to: people("to"), cc: people("cc"), bcc: people("bcc"), subject, quote }, told);
}

// What is said beside a mail's words: who got it, and what must not be believed of it.

import type { EnvelopeView, RecipientView, SourceView } from "../../../wire";

const DOUBTS = [
  "our_address",
  "agents_address",
  "name_is_address",
  "answers_elsewhere",
  "said_by_another",
  "several_authors",
  "stranger",
  "names_nobody",
  "many_named",
  "came_back",
  "encrypted",
  "cut",
  "unreadable",
] as const;
/** Of these one cannot see something; of the others one must not believe it. */
const UNSEEN: ReadonlySet<string> = new Set(["many_named", "encrypted", "cut", "unreadable"]);
const AUTOMATIC = ["away", "list", "bounce", "report", "machine"] as const;

export type Doubt = (typeof DOUBTS)[number] | "other";
export type Automatic = (typeof AUTOMATIC)[number];

function oneOf<Known extends string>(all: readonly Known[], said: string): Known | undefined {
  return all.find((one) => one === said);
}

/** Each once; what this page does not know is a doubt like any other. */
export function doubtsOf({ doubts }: Pick<SourceView, "doubts">): Doubt[] {
  return [...new Set(doubts.map((one) => oneOf(DOUBTS, one) ?? "other"))];
}

export function isWarning(doubt: Doubt): boolean {
  return !UNSEEN.has(doubt);
}

/** What wrote it, where it was no person; what this page does not know is a machine. */
export function automaticOf({ automatic }: Pick<SourceView, "automatic">): Automatic | null {
  return automatic === null ? null : (oneOf(AUTOMATIC, automatic) ?? "machine");
}

export interface Told {
  role: RecipientView["role"];
  people: RecipientView[];
}

/** Who got it, by role; nothing where it went to the one whom everybody expects. */
export function toldOf(envelope: EnvelopeView | undefined): Told[] {
  if (!envelope || (envelope.recipients.length < 2 && !envelope.aside)) return [];
  const roles = ["to", "cc", "bcc"] as const;
  return roles
    .map((role) => ({ role, people: envelope.recipients.filter((one) => one.role === role) }))
    .filter(({ people }) => people.length > 0);
}

/** How somebody is called: by name, else by address. */
export function calledAs({ name, address }: { name: string; address: string }): string {
  return name || address;
}

/** How the conversation's customer gets what went, by which of her addresses ever; null: she does not. */
export function herRole({ recipients }: Pick<EnvelopeView, "recipients">, hers: ReadonlySet<string>): RecipientView["role"] | null {
  const roles = new Set(recipients.filter((one) => hers.has(one.identity)).map((one) => one.role));
  return (["to", "cc", "bcc"] as const).find((role) => roles.has(role)) ?? null;
}

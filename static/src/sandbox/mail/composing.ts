// Mails that are being written: one for each mailbox, for as long as the page stands.

import { draft, type Kind, type Ready } from "./door";

export interface Composing {
  key: number;
  kind: Kind;
  /** The mail that is answered or passed on. */
  of: string;
  to: string;
  cc: string;
  subject: string;
  text: string;
  quote: string;
  /** Does what is answered go along? */
  quoted: boolean;
  files: readonly (Ready & { inline: boolean })[];
}

const begun = new Map<string, Composing>();
let made = 0;

/** Rejects when the demo does not answer. */
export async function started(box: string, kind: Kind, of: string): Promise<Composing> {
  const ready = kind === "new" ? { to: "", cc: "", subject: "", quote: "", files: [] } : await draft(box, of, kind);
  const files = ready.files.map((file) => ({ ...file, inline: false }));
  return { ...ready, key: ++made, kind, of, text: "", quoted: ready.quote !== "", files };
}

export const continued = (box: string) => begun.get(box) ?? null;

export function keepDraft(box: string, composing: Composing | null): void {
  if (composing) begun.set(box, composing);
  else begun.delete(box);
}

export const drop = (box: string) => keepDraft(box, null);

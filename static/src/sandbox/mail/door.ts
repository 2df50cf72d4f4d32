// What the mail program's page knows and asks: its half of gateway/sandbox/mail/page.py.

import { hear } from "../hear";
import type { Role } from "../door";

export type Takes = "all" | "full" | "unknown" | "later";

export interface Box {
  address: string;
  name: string;
  language: string;
  unread: number;
  /** How full it is, in percent of what it keeps. */
  room: number;
  takes: Takes;
  /** How often a mail was refused for now. */
  put_off: number;
  afterwards: boolean;
  slow: boolean;
  away: boolean;
}

export interface Person {
  name: string;
  address: string;
}

export type Folder = "inbox" | "sent";

export interface Letter {
  id: string;
  thread: string;
  folder: Folder;
  at: number;
  from: Person;
  for: string;
  subject: string;
  preview: string;
  files: number;
  /** No person wrote it. */
  automatic: boolean;
  unread: boolean;
  state: "" | "sending" | "waits" | "sent" | "refused";
  /** What the other server said when it refused. */
  words: string;
}

export interface Attached {
  place: number;
  name: string;
  type: string;
  size: number;
}

export interface Opened extends Letter {
  to: readonly Person[];
  cc: readonly Person[];
  text: string;
  /** Has it an HTML page? */
  page: boolean;
  attached: readonly Attached[];
}

/** A file that lies ready to go along. */
export interface Ready {
  id: string;
  name: string;
  type: string;
  size: number;
}

export type Kind = "new" | "reply" | "all" | "forward";

export interface Draft {
  to: string;
  cc: string;
  subject: string;
  /** What stands below her words. */
  quote: string;
  files: readonly Ready[];
}

export interface Sending {
  to: string;
  cc: string;
  subject: string;
  text: string;
  kind: Kind;
  of: string;
  quoted: boolean;
  files: readonly { id: string; inline: boolean }[];
}

export interface Now {
  life: string;
  /** Whose letters these are. */
  box: string;
  boxes: readonly [Box, ...Box[]];
  /** The newest first. */
  letters: readonly Letter[];
}

interface Known {
  path: string;
  /** What one writes to. */
  shop: string;
  people: readonly { role: Role; name: string }[];
  /** Address -> what its owner might write. */
  says: Readonly<Record<string, readonly string[]>>;
  pictures: readonly ("parcel" | "machine")[];
  /** Bytes of a file. */
  largest: number;
  state: Now;
}

export const known = JSON.parse(document.getElementById("sandbox")?.textContent ?? "{}") as Known;

const PATIENCE = 15_000; // ms
const HOME = `${known.path}/mail`;

/** Hears what lies in a mailbox for as long as the answer is not called. */
export function listen(box: string, told: (now: Now) => void, failed: () => void): () => void {
  return hear(`${HOME}/live?${new URLSearchParams({ box })}`, told, failed);
}

async function ask(what: string, sent?: { body: BodyInit; type: string }): Promise<Response> {
  const post = sent && { method: "POST", body: sent.body, headers: { "Content-Type": sent.type } };
  const answer = await fetch(`${HOME}/${what}`, { ...post, signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Refusal(answer.status);
  return answer;
}

export class Refusal extends Error {
  constructor(readonly status: number) {
    super(`status ${status}`);
  }
}

const tell = async (what: string, body: object) =>
  void (await ask(what, { body: JSON.stringify(body), type: "application/json" }));

/** Each rejects when the demo does not take it; with a Refusal where it answered. */
export const read = (box: string, letters: readonly string[], unread = false) => tell("read", { box, letters, unread });
export const drop = (box: string, thread: string) => tell("drop", { box, thread });
export const change = (box: string, weather: Partial<Pick<Box, "takes" | "afterwards" | "slow" | "away">>) =>
  tell("weather", { box, ...weather });
export const send = (box: string, sending: Sending) => tell("send", { box, ...sending });
export const keep = async (name: string, file: Blob) => {
  const type = file.type || "application/octet-stream";
  return (await (await ask(`files?${new URLSearchParams({ name })}`, { body: file, type })).json()) as Ready;
};
export const draft = async (box: string, of: string, kind: Kind) =>
  (await (await ask(`draft?${new URLSearchParams({ box, of, kind })}`)).json()) as Draft;
export const open = async (letter: string) => (await (await ask(`letters/${letter}`)).json()) as Opened;

export const pageOf = (letter: string) => `${HOME}/letters/${letter}/page`;
export const sourceOf = (letter: string) => `${HOME}/letters/${letter}/source`;
export const fileOf = (letter: string, place: number) => `${HOME}/letters/${letter}/files/${place}`;
export const picture = (name: string) => `${HOME}/pictures/${name}.png`;

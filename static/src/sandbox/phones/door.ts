// What the page of phones knows and asks: its half of gateway/sandbox/phones/page.py.

import { hear } from "../hear";
import type { Role } from "../door";

export interface Phone {
  number: string;
  /** As people write it. */
  shown: string;
  name: string;
  whatsapp: boolean;
  airplane: boolean;
  /** Messages that came in, all of them counted. */
  received: number;
  unread: number;
}

export type Tick = "waits" | "sent" | "delivered" | "read";

export interface Choice {
  kind: "button" | "row" | "link";
  /** Of a link: where it leads. */
  id: string;
  title: string;
  about: string;
}

export interface Entry {
  id: string;
  mine: boolean;
  /** UTC ms; 0: it waits in the phone. */
  at: number;
  text: string;
  /** An empty address: it has not left the phone. */
  files: readonly { type: string; url: string }[];
  tick?: Tick;
  /** The entry that is answered. */
  quotes?: string;
  place?: { label: string; address: string };
  choices?: readonly Choice[];
  opener?: string;
}

export interface Chat {
  line: string;
  whatsapp: boolean;
  last: Entry | null;
  unread: number;
  typing: boolean;
  /** Until when the shop may write freely, UTC ms; 0: nothing was written yet, or this channel knows no such thing. */
  window: number;
  stopped: boolean;
}

export const SHARES = ["lost", "repeated", "delayed", "undelivered", "busy", "broken", "cut_after"] as const;
export type Share = (typeof SHARES)[number];
export type Pace = "quick" | "slow" | "crawling";
export type Fault = "busy" | "broken" | "cut_after";
export type Weather = Readonly<Record<Share, number>> & { readonly pace: Pace };

export interface Now {
  life: string;
  /** Whose phone and which of its chats `chats` and `entries` are of. */
  phone: string;
  line: string;
  phones: readonly [Phone, ...Phone[]];
  chats: readonly Chat[];
  entries: readonly Entry[];
  weather: Weather;
}

interface Known {
  path: string;
  people: readonly { role: Role; name: string }[];
  /** Number -> what its owner might write. */
  says: Readonly<Record<string, { language: string; lines: readonly string[] }>>;
  pictures: readonly ("parcel" | "machine")[];
  /** Bytes of a file. */
  largest: number;
  state: Now;
}

export const known = JSON.parse(document.getElementById("sandbox")?.textContent ?? "{}") as Known;

const PATIENCE = 8_000; // ms

/** The phone in one's hand, and the chat that is open on it (empty: none). */
export interface Hand {
  phone: string;
  line: string;
}

/** Hears what there is to see for as long as the answer is not called; the chat of the hand is open meanwhile. */
export function listen(hand: Hand, told: (now: Now) => void, failed: () => void): () => void {
  return hear(`${known.path}/phones/live?${new URLSearchParams({ ...hand })}`, told, failed);
}

async function post(what: string, body: BodyInit, type: string): Promise<void> {
  const answer = await fetch(`${known.path}/phones/${what}`, {
    method: "POST",
    body,
    headers: { "Content-Type": type },
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (!answer.ok) throw new Error(`status ${answer.status}`);
}

const tell = (what: string, body: object) => post(what, JSON.stringify(body), "application/json");

/** Each rejects when the demo does not take it. */
export const say = (hand: Hand, text: string) => tell("say", { ...hand, text });
export const press = (hand: Hand, message: string, choice: string) => tell("press", { ...hand, message, choice });
export const point = (hand: Hand) => tell("point", hand);
export const fly = (phone: string, on: boolean) => tell("fly", { phone, on });
export const change = (weather: Partial<Weather> | { sky: "fair" | "storm" }) => tell("weather", weather);
export const plan = (fault: Fault) => tell("plan", { fault });
export const send = (hand: Hand, file: Blob, text: string) =>
  post(`send?${new URLSearchParams({ ...hand, text })}`, file, file.type);

export const picture = (name: string) => `${known.path}/phones/pictures/${name}.png`;

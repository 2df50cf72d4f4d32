// Conversations that nobody looks at, kept small. A list read to its hundred-thousandth row would otherwise be millions of
// objects, and the page would stand still whenever its waste is collected. What lists ask of every row stays as it is; the
// whole is text outside of the collector's reach, read again when the row is.

import type { ConversationView } from "../../wire";
import { Shelf, Small } from "./shelf";

/** What says where a conversation belongs and stands. */
export type Standing = Pick<
  ConversationView,
  "id" | "number" | "merged_into" | "status" | "assignee" | "team" | "last_at" | "waiting_since" | "last_customer_position"
> & {
  readonly tags: readonly string[];
  readonly legs: readonly { readonly account: string }[];
};

const AT_HAND = 300; // far ones that were read last: the same object for as long as they are shown
const CHUNK = 65_536; // bytes of texts that stand together: they go when the last of them has gone
const SHAPES = 1000; // kinds of objects that are known by their number; beyond them their names are written out

const atHand = new Map<Far, ConversationView>();

let chunk = new Uint8Array(0);
let filled = 0;
const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];

/** Puts a text where there is room for it. */
function put(text: string): { chunk: Uint8Array; from: number; to: number } {
  const most = 3 * text.length; // UTF-8 of UTF-16
  if (filled + most > chunk.length) [chunk, filled] = [new Uint8Array(Math.max(CHUNK, most)), 0];
  const from = filled;
  filled += encoder.encodeInto(text, chunk.subarray(from)).written;
  return { chunk, from, to: filled };
}

class Far extends Small<ConversationView> implements Standing {
  readonly id: string;
  readonly number: number;
  readonly merged_into: string | null;
  readonly status: ConversationView["status"];
  readonly assignee: string | null;
  readonly team: string | null;
  readonly last_at: number;
  readonly waiting_since: number | null;
  readonly last_customer_position: number | null;
  readonly tags: readonly string[];
  readonly legs: readonly { readonly account: string }[];
  /** Of the contact's id: many have one of its own, and each would be a text more. */
  readonly contactHash: number;
  private readonly chunk: Uint8Array;
  private readonly from: number;
  private readonly to: number;

  constructor(view: ConversationView) {
    super();
    this.id = view.id;
    this.number = view.number;
    this.merged_into = view.merged_into;
    this.status = view.status;
    this.assignee = one(view.assignee);
    this.team = one(view.team);
    this.last_at = view.last_at;
    this.waiting_since = view.waiting_since;
    this.last_customer_position = view.last_customer_position;
    this.tags = alike(tagSets, view.tags, (tags) => tags);
    this.legs = alike(legSets, view.legs.map((leg) => leg.account), (accounts) => accounts.map((account) => ({ account })));
    this.contactHash = hashOf(view.contact.id);
    const { chunk: its, from, to } = put(JSON.stringify(folded(view)));
    this.chunk = its;
    this.from = from;
    this.to = to;
  }

  whole(): ConversationView {
    const there = atHand.get(this) ?? this.read();
    atHand.delete(this);
    atHand.set(this, there);
    if (atHand.size > AT_HAND) {
      const [longestAgo] = atHand.keys();
      if (longestAgo) atHand.delete(longestAgo);
    }
    return there;
  }

  private read(): ConversationView {
    const text = decoder.decode(this.chunk.subarray(this.from, this.to));
    return unfolded(JSON.parse(text)) as ConversationView;
  }
}

export function far(view: ConversationView): Small<ConversationView> {
  return new Far(view);
}

/** Of all of them what says where they belong and stand. */
export function standings(conversations: ReadonlyMap<string, ConversationView>): Iterable<Standing> {
  return Shelf.kept(conversations) as Iterable<Standing>;
}

/** The conversations of a contact. */
export function idsOf(contact: string, conversations: ReadonlyMap<string, ConversationView>): string[] {
  const hash = hashOf(contact);
  const found: string[] = [];
  for (const one of Shelf.kept(conversations)) {
    if (one instanceof Far ? one.contactHash === hash : (one as ConversationView).contact.id === contact)
      found.push((one as Standing).id);
  }
  return found.filter((id) => conversations.get(id)?.contact.id === contact);
}

function hashOf(id: string): number {
  let hash = 0;
  for (let at = 0; at < id.length; at++) hash = (hash * 31 + id.charCodeAt(at)) & 0x3fffffff;
  return hash;
}

// --- what is the same in many of them, kept once ---------------------------------------------------------------------

const ids = new Map<string, string>();
const tagSets = new Map<string, readonly string[]>();
const legSets = new Map<string, readonly { readonly account: string }[]>();

function one(id: string | null): string | null {
  if (id === null) return null;
  const there = ids.get(id);
  if (there === undefined) ids.set(id, id);
  return there ?? id;
}

function alike<T>(sets: Map<string, T>, of: readonly string[], made: (of: readonly string[]) => T): T {
  const key = of.join();
  const there = sets.get(key) ?? made(of);
  sets.set(key, there);
  return there;
}

// --- without the names of their parts ----------------------------------------------------------------------------------

const LIST = -1;
const shapes: string[][] = [];
const numbers = new Map<string, number>();

function shapeOf(names: string[]): number | undefined {
  const key = names.join("\n");
  const there = numbers.get(key);
  if (there !== undefined || shapes.length === SHAPES) return there;
  numbers.set(key, shapes.length);
  return shapes.push(names) - 1;
}

/** An object as the number of its shape and its values, a list as -1 and its values. */
export function folded(value: unknown): unknown {
  if (Array.isArray(value)) return [LIST, ...value.map(folded)];
  if (typeof value !== "object" || value === null) return value;
  const shape = shapeOf(Object.keys(value));
  return shape === undefined ? value : [shape, ...Object.values(value).map(folded)];
}

export function unfolded(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const [shape, ...values] = value as [number, ...unknown[]];
  const parts = values.map(unfolded);
  if (shape === LIST) return parts;
  return Object.fromEntries(parts.map((part, at) => [shapes[shape]?.[at], part]));
}

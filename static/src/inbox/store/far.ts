// Conversations kept small. A list read to its hundred-thousandth row would otherwise be millions of objects, and the page
// would stand still whenever its waste is collected. What lists ask of every row is kept as numbers, the whole as text:
// both out of the collector's reach, and read again for a row that is drawn.

import type { ConversationView } from "../../wire";
import { Shelf, type Keeper } from "./shelf";

/** What says where a conversation belongs and stands. */
export type Standing = Pick<
  ConversationView,
  "id" | "number" | "position" | "merged_into" | "status" | "priority" | "assignee" | "team" | "last_at" | "waiting_since" | "snoozed_until" | "last_customer_position"
> & {
  readonly tags: readonly string[];
  readonly legs: readonly { readonly account: string }[];
  readonly trouble?: ConversationView["trouble"] | undefined;
};

const AT_HAND = 300; // those that were read last: the same object for as long as they are shown
const CHUNK = 65_536; // bytes of texts that stand together: they go when the last of them has gone
const BLOCK = 512; // conversations whose numbers stand together
const SHAPES = 1000; // kinds of objects that are known by their number; beyond them their names are written out

const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];

/** Which of a conversation's numbers is which. Words and lists of them are numbers too: of those that many have. */
const [NUMBER, POSITION, LAST_AT, WAITING, SNOOZED, CUSTOMER] = [0, 1, 2, 3, 4, 5] as const;
const [STATUS, ASSIGNEE, TEAM, MERGED, TAGS, LEGS] = [6, 7, 8, 9, 10, 11] as const;
const [CONTACT, TEXT, FROM, TO, PRIORITY, TROUBLE] = [12, 13, 14, 15, 16, 17] as const;
const WIDTH = 18;

/** What is the same in many of them, kept once and known by its number. */
class Alike<T> {
  private readonly numbers = new Map<string | null, number>();
  private readonly values: T[] = [];

  number(key: string | null, value: () => T): number {
    const there = this.numbers.get(key);
    if (there !== undefined) return there;
    this.numbers.set(key, this.values.length);
    return this.values.push(value()) - 1;
  }

  value(number: number): T {
    return this.values[number] as T;
  }
}

const words = new Alike<string | null>();
const tagSets = new Alike<readonly string[]>();
const legSets = new Alike<readonly { readonly account: string }[]>();

function wordNumber(word: string | null): number {
  return words.number(word, () => word);
}

function keyOf(parts: readonly string[]): string | null {
  return parts.length === 0 ? null : parts.join("\n");
}

function tagsNumber(tags: readonly string[]): number {
  return tagSets.number(keyOf(tags), () => tags);
}

function legsNumber(legs: readonly { readonly account: string }[]): number {
  const accounts = legs.map((leg) => leg.account);
  return legSets.number(keyOf(accounts), () => accounts.map((account) => ({ account })));
}

/** A conversation seen at a glance. */
class Glance implements Standing {
  constructor(
    readonly id: string,
    private readonly block: Float64Array,
    private readonly from: number,
  ) {}

  private told(which: number): number {
    return this.block[this.from + which] as number;
  }

  private timeOf(which: number): number | null {
    const told = this.told(which);
    return Number.isNaN(told) ? null : told;
  }

  get number(): number {
    return this.told(NUMBER);
  }
  get position(): number {
    return this.told(POSITION);
  }
  get last_at(): number {
    return this.told(LAST_AT);
  }
  get waiting_since(): number | null {
    return this.timeOf(WAITING);
  }
  get snoozed_until(): number | null {
    return this.timeOf(SNOOZED);
  }
  get last_customer_position(): number | null {
    return this.timeOf(CUSTOMER);
  }
  get priority(): ConversationView["priority"] {
    return this.told(PRIORITY) as ConversationView["priority"];
  }
  get status(): ConversationView["status"] {
    return words.value(this.told(STATUS)) as ConversationView["status"];
  }
  get trouble(): ConversationView["trouble"] {
    return (words.value(this.told(TROUBLE)) ?? undefined) as ConversationView["trouble"];
  }
  get assignee(): string | null {
    return words.value(this.told(ASSIGNEE));
  }
  get team(): string | null {
    return words.value(this.told(TEAM));
  }
  get merged_into(): string | null {
    return words.value(this.told(MERGED));
  }
  get tags(): readonly string[] {
    return tagSets.value(this.told(TAGS));
  }
  get legs(): readonly { readonly account: string }[] {
    return legSets.value(this.told(LEGS));
  }
  /** Of the contact's id: many have one of its own, and each would be a word more. */
  get contactHash(): number {
    return this.told(CONTACT);
  }
}

/** Texts that stand together. */
interface Chunk {
  bytes: Uint8Array;
  texts: number;
}

export class Far implements Keeper<ConversationView, Standing> {
  private readonly atHand = new Map<number, ConversationView>();
  private readonly blocks: Float64Array[] = [];
  private readonly freed: number[] = [];
  private count = 0;
  private readonly chunks = new Map<number, Chunk>();
  private chunk = 0;
  private filled = CHUNK;

  keep(view: ConversationView): number {
    const at = this.freed.pop() ?? this.count++;
    const block = (this.blocks[Math.floor(at / BLOCK)] ??= new Float64Array(BLOCK * WIDTH));
    const from = (at % BLOCK) * WIDTH;
    block[from + NUMBER] = view.number;
    block[from + POSITION] = view.position;
    block[from + LAST_AT] = view.last_at;
    block[from + WAITING] = view.waiting_since ?? NaN;
    block[from + SNOOZED] = view.snoozed_until ?? NaN;
    block[from + CUSTOMER] = view.last_customer_position ?? NaN;
    block[from + STATUS] = wordNumber(view.status);
    block[from + PRIORITY] = view.priority;
    block[from + TROUBLE] = wordNumber(view.trouble ?? null);
    block[from + ASSIGNEE] = wordNumber(view.assignee);
    block[from + TEAM] = wordNumber(view.team);
    block[from + MERGED] = wordNumber(view.merged_into);
    block[from + TAGS] = tagsNumber(view.tags);
    block[from + LEGS] = legsNumber(view.legs);
    block[from + CONTACT] = hashOf(view.contact.id);
    this.write(JSON.stringify(folded(view)), block, from);
    return at;
  }

  /** Puts a text where there is room for it. */
  private write(text: string, block: Float64Array, from: number): void {
    const most = 3 * text.length; // UTF-8 of UTF-16
    if (this.filled + most > (this.chunks.get(this.chunk)?.bytes.length ?? 0)) {
      this.chunks.set(++this.chunk, { bytes: new Uint8Array(Math.max(CHUNK, most)), texts: 0 });
      this.filled = 0;
    }
    const chunk = this.chunks.get(this.chunk) as Chunk;
    chunk.texts++;
    block[from + TEXT] = this.chunk;
    block[from + FROM] = this.filled;
    this.filled += encoder.encodeInto(text, chunk.bytes.subarray(this.filled)).written;
    block[from + TO] = this.filled;
  }

  whole(at: number): ConversationView {
    const there = this.atHand.get(at) ?? this.read(at);
    this.atHand.delete(at);
    this.atHand.set(at, there);
    if (this.atHand.size > AT_HAND) {
      const [longestAgo] = this.atHand.keys();
      if (longestAgo !== undefined) this.atHand.delete(longestAgo);
    }
    return there;
  }

  private read(at: number): ConversationView {
    const [block, from] = this.placeOf(at);
    const { bytes } = this.chunks.get(block[from + TEXT] as number) as Chunk;
    return unfolded(JSON.parse(decoder.decode(bytes.subarray(block[from + FROM], block[from + TO])))) as ConversationView;
  }

  glance(at: number, id: string): Standing {
    return new Glance(id, ...this.placeOf(at));
  }

  free(at: number): void {
    const [block, from] = this.placeOf(at);
    const its = block[from + TEXT] as number;
    const chunk = this.chunks.get(its) as Chunk;
    if (--chunk.texts === 0 && its !== this.chunk) this.chunks.delete(its);
    this.atHand.delete(at);
    this.freed.push(at);
  }

  private placeOf(at: number): [Float64Array, number] {
    return [this.blocks[Math.floor(at / BLOCK)] as Float64Array, (at % BLOCK) * WIDTH];
  }
}

type Conversations = ReadonlyMap<string, ConversationView>;

/** Of one what says where it belongs and stands: until the next is learned, for then another may have its place. */
export function standingOf(conversations: Conversations, id: string): Standing | undefined {
  return Shelf.glance<ConversationView, Standing>(conversations, id);
}

/** The same of all of them. */
export function standings(conversations: Conversations): Iterable<Standing> {
  return Shelf.glances<ConversationView, Standing>(conversations);
}

/** The conversations of a contact. */
export function idsOf(contact: string, conversations: Conversations): string[] {
  const hash = hashOf(contact);
  const found: string[] = [];
  for (const one of standings(conversations)) {
    if (one instanceof Glance ? one.contactHash === hash : (one as ConversationView).contact.id === contact) found.push(one.id);
  }
  return found.filter((id) => conversations.get(id)?.contact.id === contact);
}

function hashOf(id: string): number {
  let hash = 0;
  for (let at = 0; at < id.length; at++) hash = (hash * 31 + id.charCodeAt(at)) & 0x3fffffff;
  return hash;
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

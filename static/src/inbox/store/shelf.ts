// A map of many entries that is cheap to copy: a new form shares all but what is written anew. A hundred thousand
// conversations in a plain map would cost every event a copy of all of them.

const SHELVES = 2048;
const TELLING = 4; // letters at an id's end, which tell it from others

function shelfOf(key: string): number {
  let hash = 0;
  for (let at = Math.max(0, key.length - TELLING); at < key.length; at++) hash = (hash * 33) ^ key.charCodeAt(at);
  return (hash >>> 0) % SHELVES;
}

export class Shelf<V> implements Map<string, V> {
  private constructor(
    private readonly shelves: Map<string, V>[],
    /** Which of them are this form's own and may be written. */
    private own: Uint8Array,
    size: number,
  ) {
    this.length = size;
  }

  private length: number;

  static of<V>(entries: ReadonlyMap<string, V>): Shelf<V> {
    if (entries instanceof Shelf) return (entries as Shelf<V>).fork();
    const shelves = Array.from({ length: SHELVES }, () => new Map<string, V>());
    entries.forEach((value, key) => shelves[shelfOf(key)]?.set(key, value));
    return new Shelf(shelves, new Uint8Array(SHELVES).fill(1), entries.size);
  }

  /** A new form with the same entries. Neither sees what is written into the other from now on. */
  private fork(): Shelf<V> {
    this.own = new Uint8Array(SHELVES);
    return new Shelf(this.shelves.slice(), new Uint8Array(SHELVES), this.length);
  }

  private readable(key: string): Map<string, V> {
    return this.shelves[shelfOf(key)] as Map<string, V>;
  }

  private writable(key: string): Map<string, V> {
    const at = shelfOf(key);
    const there = this.shelves[at] as Map<string, V>;
    if (this.own[at]) return there;
    const made = new Map(there);
    this.shelves[at] = made;
    this.own[at] = 1;
    return made;
  }

  get size(): number {
    return this.length;
  }

  get(key: string): V | undefined {
    return this.readable(key).get(key);
  }

  has(key: string): boolean {
    return this.readable(key).has(key);
  }

  set(key: string, value: V): this {
    const shelf = this.writable(key);
    const before = shelf.size;
    shelf.set(key, value);
    this.length += shelf.size - before;
    return this;
  }

  delete(key: string): boolean {
    if (!this.has(key)) return false;
    this.length--;
    return this.writable(key).delete(key);
  }

  clear(): void {
    this.shelves.forEach((_, at) => (this.shelves[at] = new Map()));
    this.own.fill(1);
    this.length = 0;
  }

  forEach(each: (value: V, key: string, map: Map<string, V>) => void): void {
    for (const shelf of this.shelves) shelf.forEach((value, key) => each(value, key, this));
  }

  *entries(): MapIterator<[string, V]> {
    for (const shelf of this.shelves) yield* shelf.entries();
  }

  *keys(): MapIterator<string> {
    for (const shelf of this.shelves) yield* shelf.keys();
  }

  *values(): MapIterator<V> {
    for (const shelf of this.shelves) yield* shelf.values();
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  readonly [Symbol.toStringTag] = "Shelf";
}

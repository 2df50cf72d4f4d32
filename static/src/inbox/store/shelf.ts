// A map of many entries whose copy costs nothing, and a write no more than the write: the newest form has the entries,
// a former one knows what it had otherwise. A hundred thousand conversations in a plain map would cost every event a
// copy of all of them, and every copy is waste that is collected while an agent scrolls.

const SHELVES = 256;
const TELLING = 4; // letters at an id's end, which tell it from others

function shelfOf(key: string): number {
  let hash = 0;
  for (let at = Math.max(0, key.length - TELLING); at < key.length; at++) hash = (hash * 33) ^ key.charCodeAt(at);
  return (hash >>> 0) % SHELVES;
}

/** What a former form did not have. */
const NOTHING = Symbol("nothing");

/** The entries as they stood at one time: in shelves of its own, or as a later one has them but for what is `otherwise`. */
interface Form<V> {
  shelves: Map<string, V>[] | null;
  later: Form<V> | null;
  otherwise: Map<string, V | typeof NOTHING>;
  /** The one just before, which is told what is overwritten here. */
  former: Form<V> | null;
  size: number;
}

function formOf<V>(shelves: Map<string, V>[], size: number, former: Form<V> | null): Form<V> {
  return { shelves, later: null, otherwise: new Map(), former, size };
}

function filled<V>(entries: Iterable<[string, V]>): Form<V> {
  const shelves = Array.from({ length: SHELVES }, () => new Map<string, V>());
  let size = 0;
  for (const [key, value] of entries) {
    shelves[shelfOf(key)]?.set(key, value);
    size++;
  }
  return formOf(shelves, size, null);
}

export class Shelf<V> implements Map<string, V> {
  private constructor(private form: Form<V>) {}

  static of<V>(entries: ReadonlyMap<string, V>): Shelf<V> {
    return entries instanceof Shelf ? (entries as Shelf<V>).fork() : new Shelf(filled(entries));
  }

  /** A new form with the same entries. Neither sees what is written into the other from now on. */
  private fork(): Shelf<V> {
    const { form } = this;
    if (!form.shelves) return new Shelf(filled(this));
    const made = formOf(form.shelves, form.size, form);
    form.shelves = null;
    form.later = made;
    // It is written no more: what it would have told the one before is known.
    form.former = null;
    return new Shelf(made);
  }

  /** The shelf for a key, to be written; a form that others were made of starts anew with shelves of its own. */
  private writable(key: string): Map<string, V> {
    this.form = this.form.shelves ? this.form : filled(this);
    const { shelves, former } = this.form;
    const shelf = shelves?.[shelfOf(key)] as Map<string, V>;
    if (former && !former.otherwise.has(key))
      former.otherwise.set(key, shelf.has(key) ? (shelf.get(key) as V) : NOTHING);
    return shelf;
  }

  private find(key: string): V | typeof NOTHING {
    let form = this.form;
    while (!form.shelves) {
      const there = form.otherwise.get(key);
      if (there !== undefined || form.otherwise.has(key)) return there as V | typeof NOTHING;
      form = form.later as Form<V>;
    }
    const shelf = form.shelves[shelfOf(key)] as Map<string, V>;
    const there = shelf.get(key);
    return there !== undefined || shelf.has(key) ? (there as V) : NOTHING;
  }

  get size(): number {
    return this.form.size;
  }

  get(key: string): V | undefined {
    const there = this.find(key);
    return there === NOTHING ? undefined : there;
  }

  has(key: string): boolean {
    return this.find(key) !== NOTHING;
  }

  set(key: string, value: V): this {
    const shelf = this.writable(key);
    const before = shelf.size;
    shelf.set(key, value);
    this.form.size += shelf.size - before;
    return this;
  }

  delete(key: string): boolean {
    if (!this.has(key)) return false;
    const there = this.writable(key).delete(key);
    this.form.size--;
    return there;
  }

  clear(): void {
    this.form = filled<V>([]);
  }

  forEach(each: (value: V, key: string, map: Map<string, V>) => void): void {
    if (this.form.shelves) {
      for (const shelf of this.form.shelves) shelf.forEach((value, key) => each(value, key, this));
    } else for (const [key, value] of this.entries()) each(value, key, this);
  }

  *entries(): MapIterator<[string, V]> {
    const otherwise = new Map<string, V | typeof NOTHING>();
    let form = this.form;
    for (; !form.shelves; form = form.later as Form<V>) {
      form.otherwise.forEach((value, key) => otherwise.has(key) || otherwise.set(key, value));
    }
    for (const shelf of form.shelves) {
      if (otherwise.size === 0) yield* shelf.entries();
      else for (const entry of shelf) if (!otherwise.has(entry[0])) yield entry;
    }
    for (const [key, value] of otherwise) if (value !== NOTHING) yield [key, value];
  }

  *keys(): MapIterator<string> {
    for (const [key] of this.entries()) yield key;
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  readonly [Symbol.toStringTag] = "Shelf";
}

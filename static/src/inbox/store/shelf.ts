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

/** A value kept small, whole again when it is asked for. */
export abstract class Small<V> {
  abstract whole(): V;
}

type Kept<V> = V | Small<V>;

/** How values are kept small, and those that are not yet, the longest written first. */
interface Keeping<V> {
  small: (value: V) => Small<V>;
  whole: string[];
}

const WHOLE = 500; // values written last that are kept as they are

/** What a former form did not have. */
const NOTHING = Symbol("nothing");

/** The entries as they stood at one time: in shelves of its own, or as a later one has them but for what is `otherwise`. */
interface Form<V> {
  shelves: Map<string, Kept<V>>[] | null;
  later: Form<V> | null;
  otherwise: Map<string, Kept<V> | typeof NOTHING>;
  /** The one just before, which is told what is overwritten here. */
  former: Form<V> | null;
  size: number;
}

function formOf<V>(shelves: Map<string, Kept<V>>[], size: number, former: Form<V> | null): Form<V> {
  return { shelves, later: null, otherwise: new Map(), former, size };
}

function filled<V>(entries: Iterable<[string, Kept<V>]>): Form<V> {
  const shelves = Array.from({ length: SHELVES }, () => new Map<string, Kept<V>>());
  let size = 0;
  for (const [key, value] of entries) {
    shelves[shelfOf(key)]?.set(key, value);
    size++;
  }
  return formOf(shelves, size, null);
}

function wholeOf<V>(kept: Kept<V>): V {
  return kept instanceof Small ? (kept as Small<V>).whole() : kept;
}

export class Shelf<V> implements Map<string, V> {
  private constructor(
    private form: Form<V>,
    private readonly keeping: Keeping<V> | null,
  ) {}

  /** With `small`, all but the values written last are kept small. */
  static of<V>(entries: ReadonlyMap<string, V>, small?: (value: V) => Small<V>): Shelf<V> {
    if (entries instanceof Shelf) return (entries as Shelf<V>).fork();
    const shelf = new Shelf(filled(entries), small ? { small, whole: [] } : null);
    for (const key of entries.keys()) shelf.keep(key);
    return shelf;
  }

  /** As they are kept: what a scan of all of them looks at, so that it need make none whole. */
  static *kept<V>(entries: ReadonlyMap<string, V>): Iterable<Kept<V>> {
    if (!(entries instanceof Shelf)) yield* entries.values();
    else for (const [, kept] of (entries as Shelf<V>).all()) yield kept;
  }

  /** It was written last: the one that was written long before is kept small from now on. That is no write: no form has
   *  another value by it. */
  private keep(key: string): void {
    if (!this.keeping) return;
    const { small, whole } = this.keeping;
    whole.push(key);
    if (whole.length < 2 * WHOLE) return;
    for (const one of whole.splice(0, WHOLE)) {
      const shelf = this.form.shelves?.[shelfOf(one)];
      const kept = shelf?.get(one);
      if (shelf && kept !== undefined && !(kept instanceof Small)) shelf.set(one, small(kept));
    }
  }

  /** A new form with the same entries. Neither sees what is written into the other from now on. */
  private fork(): Shelf<V> {
    const { form } = this;
    if (!form.shelves) return new Shelf(filled(this.all()), this.keeping);
    const made = formOf(form.shelves, form.size, form);
    form.shelves = null;
    form.later = made;
    // It is written no more: what it would have told the one before is known.
    form.former = null;
    return new Shelf(made, this.keeping);
  }

  /** The shelf for a key, to be written; a form that others were made of starts anew with shelves of its own. */
  private writable(key: string): Map<string, Kept<V>> {
    this.form = this.form.shelves ? this.form : filled(this.all());
    const { shelves, former } = this.form;
    const shelf = shelves?.[shelfOf(key)] as Map<string, Kept<V>>;
    if (former && !former.otherwise.has(key))
      former.otherwise.set(key, shelf.has(key) ? (shelf.get(key) as Kept<V>) : NOTHING);
    return shelf;
  }

  private find(key: string): Kept<V> | typeof NOTHING {
    let form = this.form;
    while (!form.shelves) {
      const there = form.otherwise.get(key);
      if (there !== undefined || form.otherwise.has(key)) return there as Kept<V> | typeof NOTHING;
      form = form.later as Form<V>;
    }
    const shelf = form.shelves[shelfOf(key)] as Map<string, Kept<V>>;
    const there = shelf.get(key);
    return there !== undefined || shelf.has(key) ? (there as Kept<V>) : NOTHING;
  }

  get size(): number {
    return this.form.size;
  }

  get(key: string): V | undefined {
    const there = this.find(key);
    return there === NOTHING ? undefined : wholeOf(there);
  }

  has(key: string): boolean {
    return this.find(key) !== NOTHING;
  }

  set(key: string, value: V): this {
    const shelf = this.writable(key);
    const before = shelf.size;
    shelf.set(key, value);
    this.form.size += shelf.size - before;
    this.keep(key);
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
      for (const shelf of this.form.shelves) shelf.forEach((kept, key) => each(wholeOf(kept), key, this));
    } else for (const [key, value] of this.entries()) each(value, key, this);
  }

  private *all(): Generator<[string, Kept<V>]> {
    const otherwise = new Map<string, Kept<V> | typeof NOTHING>();
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

  *entries(): MapIterator<[string, V]> {
    for (const [key, kept] of this.all()) yield [key, wholeOf(kept)];
  }

  *keys(): MapIterator<string> {
    for (const [key] of this.all()) yield key;
  }

  *values(): MapIterator<V> {
    for (const [, value] of this.entries()) yield value;
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  readonly [Symbol.toStringTag] = "Shelf";
}

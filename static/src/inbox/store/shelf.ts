// A map of many entries whose copy costs nothing, and a write no more than the write: the newest form has the entries,
// a former one knows what it had otherwise. A hundred thousand conversations in a plain map would cost every event a
// copy of all of them, and every copy is waste that is collected while an agent scrolls.

import { Table } from "./table";

/** Where values are kept out of the collector's reach, each under a number of its own. */
export interface Keeper<V, G> {
  keep(value: V): number;
  whole(at: number): V;
  /** What a scan of all of them looks at, so that it need make none whole. */
  glance(at: number, key: string): G;
  free(at: number): void;
}

/** In a shelf stands the value itself, or the number under which it is kept. */
type Kept<V> = V | number;

/** Where entries stand. */
type Place<T> = Pick<Map<string, T>, "size" | "get" | "has" | "delete"> & {
  set(key: string, value: T): unknown;
  entries(): Iterable<[string, T]>;
};

/** Of what make the entries of a shelf are. */
export interface Make<V, G = V> {
  place: () => Place<Kept<V>>;
  keeper: (() => Keeper<V, G>) | null;
}

export function keptBy<V, G>(keeper: () => Keeper<V, G>): Make<V, G> {
  return { place: () => new Table() as Place<Kept<V>>, keeper };
}

export const NUMBERS: Make<number> = { place: () => new Table(), keeper: null };

const PLAIN: Make<never> = { place: () => new Map(), keeper: null };

/** What a former form did not have. */
const NOTHING = Symbol("nothing");

/** The entries as they stood at one time: in a place of its own, or as a later one has them but for what is `otherwise`. */
interface Form<V> {
  place: Place<Kept<V>> | null;
  later: Form<V> | null;
  otherwise: Map<string, V | typeof NOTHING>;
  /** The one just before, which is told what is overwritten here. */
  former: Form<V> | null;
  size: number;
}

function formOf<V>(place: Place<Kept<V>>, former: Form<V> | null): Form<V> {
  return { place, later: null, otherwise: new Map(), former, size: place.size };
}

/** `G`: what is seen of a value at a glance, and of the value itself too. */
export class Shelf<V extends G, G = V> implements Map<string, V> {
  private constructor(
    private form: Form<V>,
    private keeper: Keeper<V, G> | null,
    private readonly make: Make<V, G>,
  ) {}

  static of<V extends G, G = V>(entries: ReadonlyMap<string, V>, make: Make<V, G> = PLAIN as Make<V, G>): Shelf<V, G> {
    if (entries instanceof Shelf) return (entries as Shelf<V, G>).fork();
    return Shelf.filled(entries, make);
  }

  private static filled<V extends G, G>(entries: Iterable<[string, V]>, make: Make<V, G>): Shelf<V, G> {
    const shelf = new Shelf<V, G>(formOf(make.place(), null), make.keeper && make.keeper(), make);
    for (const [key, value] of entries) shelf.put(key, value);
    return shelf;
  }

  /** Of each value what is seen at a glance. */
  static *glances<V extends G, G>(entries: ReadonlyMap<string, V>): Iterable<G> {
    if (!(entries instanceof Shelf)) yield* entries.values();
    else for (const [key, kept, isHere] of (entries as Shelf<V, G>).all()) yield isHere ? (entries as Shelf<V, G>).seen(key, kept) : (kept as V);
  }

  static glance<V extends G, G>(entries: ReadonlyMap<string, V>, key: string): G | undefined {
    return entries instanceof Shelf ? (entries as Shelf<V, G>).glanceAt(key) : entries.get(key);
  }

  private wholeOf(kept: Kept<V>): V {
    return this.keeper ? this.keeper.whole(kept as number) : (kept as V);
  }

  private seen(key: string, kept: Kept<V>): G {
    return this.keeper ? this.keeper.glance(kept as number, key) : (kept as V);
  }

  /** A new form with the same entries. Neither sees what is written into the other from now on. */
  private fork(): Shelf<V, G> {
    const { form } = this;
    if (!form.place) return Shelf.filled(this.entries(), this.make);
    const made = formOf(form.place, form);
    form.place = null;
    form.later = made;
    // It is written no more: what it would have told the one before is known.
    form.former = null;
    return new Shelf(made, this.keeper, this.make);
  }

  /** Where a key is to be written; a form that others were made of starts anew with a place of its own. The one before is
   *  told what stood there: whole, for what is kept is freed. */
  private writable(key: string): Place<Kept<V>> {
    if (!this.form.place) ({ form: this.form, keeper: this.keeper } = Shelf.filled(this.entries(), this.make));
    const { former } = this.form;
    const place = this.form.place as Place<Kept<V>>;
    const isThere = place.has(key);
    const kept = place.get(key) as Kept<V>;
    if (former && !former.otherwise.has(key)) former.otherwise.set(key, isThere ? this.wholeOf(kept) : NOTHING);
    if (isThere) this.keeper?.free(kept as number);
    return place;
  }

  /** The form that says what stands under a key: one that has it otherwise, or the one with the place. */
  private telling(key: string): Form<V> {
    let { form } = this;
    while (!form.place && !form.otherwise.has(key)) form = form.later as Form<V>;
    return form;
  }

  private find<T>(key: string, otherwise: (value: V) => T, here: (kept: Kept<V>) => T): T | undefined {
    const { place, otherwise: told } = this.telling(key);
    if (!place) {
      const value = told.get(key) as V | typeof NOTHING;
      return value === NOTHING ? undefined : otherwise(value);
    }
    const there = place.get(key);
    return there !== undefined || place.has(key) ? here(there as Kept<V>) : undefined;
  }

  get size(): number {
    return this.form.size;
  }

  get(key: string): V | undefined {
    return this.find(
      key,
      (value) => value,
      (kept) => this.wholeOf(kept),
    );
  }

  private glanceAt(key: string): G | undefined {
    return this.find<G>(
      key,
      (value) => value,
      (kept) => this.seen(key, kept),
    );
  }

  has(key: string): boolean {
    const { place, otherwise } = this.telling(key);
    return place ? place.has(key) : otherwise.get(key) !== NOTHING;
  }

  set(key: string, value: V): this {
    this.put(key, value);
    return this;
  }

  private put(key: string, value: V): void {
    const place = this.writable(key);
    place.set(key, this.keeper ? this.keeper.keep(value) : value);
    this.form.size = place.size;
  }

  delete(key: string): boolean {
    if (!this.has(key)) return false;
    const place = this.writable(key);
    const there = place.delete(key);
    this.form.size = place.size;
    return there;
  }

  clear(): void {
    ({ form: this.form, keeper: this.keeper } = Shelf.filled([], this.make));
  }

  forEach(each: (value: V, key: string, map: Map<string, V>) => void): void {
    for (const [key, value] of this.entries()) each(value, key, this);
  }

  /** Each entry as it is kept `isHere`, or the value itself as it was otherwise. */
  private *all(): Generator<[string, Kept<V>, boolean]> {
    const otherwise = new Map<string, V | typeof NOTHING>();
    let { form } = this;
    for (; !form.place; form = form.later as Form<V>) {
      form.otherwise.forEach((value, key) => otherwise.has(key) || otherwise.set(key, value));
    }
    for (const [key, kept] of form.place.entries()) if (!otherwise.has(key)) yield [key, kept, true];
    for (const [key, value] of otherwise) if (value !== NOTHING) yield [key, value, false];
  }

  *entries(): MapIterator<[string, V]> {
    for (const [key, kept, isHere] of this.all()) yield [key, isHere ? this.wholeOf(kept) : (kept as V)];
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

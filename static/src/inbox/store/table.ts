// Numbers by the text they are found under, out of the collector's reach: a hundred thousand texts in a map would be as many
// objects to look at whenever waste is collected. All letters stand in one array, and what is found by them in others.

const FREE = 0;
const LEFT = -1; // here stood one: what came after it is looked for beyond it

function hashOf(key: string): number {
  let hash = 0x811c9dc5 | 0; // FNV-1a
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return hash;
}

function longer<A extends Int32Array | Uint16Array | Float64Array>(array: A, made: A): A {
  made.set(array);
  return made;
}

/** As a map of numbers. */
export class Table {
  size = 0;
  private room = 16; // entries there is room for
  private count = 0; // entries ever written here, those that have left among them
  private slots = new Int32Array(2 * this.room);
  private hashes = new Int32Array(this.room);
  private begins = new Int32Array(this.room + 1);
  private values = new Float64Array(this.room); // NaN: it has left
  private letters = new Uint16Array(32 * this.room);

  private isAt(entry: number, key: string): boolean {
    const begin = this.begins[entry] as number;
    if ((this.begins[entry + 1] as number) - begin !== key.length) return false;
    for (let at = 0; at < key.length; at++) if (this.letters[begin + at] !== key.charCodeAt(at)) return false;
    return true;
  }

  /** The slot in which a key stands; -1: in none. */
  private slotOf(key: string): number {
    const hash = hashOf(key);
    for (let slot = hash & (this.slots.length - 1); ; slot = (slot + 1) & (this.slots.length - 1)) {
      const there = this.slots[slot] as number;
      if (there === FREE) return -1;
      if (there !== LEFT && this.hashes[there - 1] === hash && this.isAt(there - 1, key)) return slot;
    }
  }

  private entryOf(key: string): number {
    const slot = this.slotOf(key);
    return slot === -1 ? -1 : (this.slots[slot] as number) - 1;
  }

  get(key: string): number | undefined {
    const entry = this.entryOf(key);
    return entry === -1 ? undefined : this.values[entry];
  }

  has(key: string): boolean {
    return this.slotOf(key) !== -1;
  }

  set(key: string, value: number): this {
    const entry = this.entryOf(key);
    if (entry !== -1) this.values[entry] = value;
    else this.add(key, value);
    return this;
  }

  private add(key: string, value: number): void {
    if (this.count === this.room) this.renew();
    const begin = this.begins[this.count] as number;
    while (begin + key.length > this.letters.length)
      this.letters = longer(this.letters, new Uint16Array(2 * this.letters.length));
    for (let at = 0; at < key.length; at++) this.letters[begin + at] = key.charCodeAt(at);
    this.begins[this.count + 1] = begin + key.length;
    this.values[this.count] = value;
    this.hashes[this.count] = hashOf(key);
    this.place(this.count++);
    this.size++;
  }

  private place(entry: number): void {
    let slot = (this.hashes[entry] as number) & (this.slots.length - 1);
    while ((this.slots[slot] as number) > 0) slot = (slot + 1) & (this.slots.length - 1);
    this.slots[slot] = entry + 1;
  }

  /** Without those that have left where they are many, else with room for twice as many. */
  private renew(): void {
    if (this.size <= this.room / 2) {
      const kept = [...this.entries()];
      this.count = this.size = 0;
      this.slots.fill(FREE);
      for (const [key, value] of kept) this.add(key, value);
      return;
    }
    this.room *= 2;
    this.hashes = longer(this.hashes, new Int32Array(this.room));
    this.begins = longer(this.begins, new Int32Array(this.room + 1));
    this.values = longer(this.values, new Float64Array(this.room));
    this.slots = new Int32Array(2 * this.room);
    for (let entry = 0; entry < this.count; entry++) if (this.stands(entry)) this.place(entry);
  }

  private stands(entry: number): boolean {
    return !Number.isNaN(this.values[entry]);
  }

  delete(key: string): boolean {
    const slot = this.slotOf(key);
    if (slot === -1) return false;
    this.values[(this.slots[slot] as number) - 1] = NaN;
    this.slots[slot] = LEFT;
    this.size--;
    return true;
  }

  private keyOf(entry: number): string {
    const letters = this.letters.subarray(this.begins[entry], this.begins[entry + 1]);
    return String.fromCharCode(...letters);
  }

  *entries(): IterableIterator<[string, number]> {
    for (let entry = 0; entry < this.count; entry++)
      if (this.stands(entry)) yield [this.keyOf(entry), this.values[entry] as number];
  }
}

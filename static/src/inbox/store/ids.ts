// The ids of a list, in order, in chunks that its former and later forms share. A hundred thousand of them in one array
// would cost every event and every page a copy of all, and every copy is waste that is collected while an agent scrolls. A
// chunk is one text, so that also what stays is little to look at.

const MOST = 512; // ids in a chunk
const BETWEEN = "\n";

/** Ids one after the other. Where all are of one width, and ids are, each is found by its place. */
class Chunk {
  private constructor(
    private readonly text: string,
    readonly length: number,
    private readonly width: number | null,
  ) {}

  static of(ids: readonly string[]): Chunk {
    const width = ids[0]?.length ?? 0;
    return new Chunk(ids.join(BETWEEN), ids.length, ids.every((id) => id.length === width) ? width : null);
  }

  ids(): string[] {
    return this.length === 0 ? [] : this.text.split(BETWEEN);
  }

  at(place: number): string | undefined {
    if (this.width === null) return this.ids()[place];
    const begin = place * (this.width + 1);
    return this.text.slice(begin, begin + this.width);
  }

  indexOf(id: string): number {
    if (!this.text.includes(id)) return -1;
    return this.ids().indexOf(id);
  }
}

/** Ids and where the first of them stands. */
export interface Stretch {
  from: number;
  ids: readonly string[];
  chunk: Chunk;
}

export class Ids implements Iterable<string> {
  static readonly NONE = new Ids([]);

  readonly length: number;
  private readonly starts: readonly number[];

  private constructor(private readonly chunks: readonly Chunk[]) {
    let length = 0;
    this.starts = chunks.map((chunk) => (length += chunk.length) - chunk.length);
    this.length = length;
  }

  static of(ids: readonly string[]): Ids {
    return Ids.NONE.concat(ids);
  }

  /** Which chunk has a place; of places beyond the end the last one. */
  private chunkAt(place: number): number {
    let [low, high] = [0, this.chunks.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.starts[middle] as number) <= place) low = middle;
      else high = middle - 1;
    }
    return Math.max(0, low);
  }

  /** As an array's: -1 is the last. */
  at(place: number): string | undefined {
    const there = place < 0 ? this.length + place : place;
    if (there < 0 || there >= this.length) return undefined;
    const n = this.chunkAt(there);
    return this.chunks[n]?.at(there - (this.starts[n] as number));
  }

  slice(from: number, to: number = this.length): string[] {
    const found: string[] = [];
    for (let n = this.chunkAt(from); n < this.chunks.length && (this.starts[n] as number) < to; n++) {
      const start = this.starts[n] as number;
      found.push(...(this.chunks[n] as Chunk).ids().slice(Math.max(0, from - start), to - start));
    }
    return found;
  }

  indexOf(id: string): number {
    for (let n = 0; n < this.chunks.length; n++) {
      const at = (this.chunks[n] as Chunk).indexOf(id);
      if (at !== -1) return (this.starts[n] as number) + at;
    }
    return -1;
  }

  /** The same, looked for from the end: no id stands twice. */
  lastIndexOf(id: string): number {
    for (let n = this.chunks.length - 1; n >= 0; n--) {
      const at = (this.chunks[n] as Chunk).indexOf(id);
      if (at !== -1) return (this.starts[n] as number) + at;
    }
    return -1;
  }

  includes(id: string): boolean {
    return this.indexOf(id) !== -1;
  }

  /** Those of the others that come after all of these. */
  concat(ids: readonly string[]): Ids {
    const more: Chunk[] = [];
    for (let from = 0; from < ids.length; from += MOST) more.push(Chunk.of(ids.slice(from, from + MOST)));
    return this.followedBy(more);
  }

  /** The same with chunks of another one below: they are shared. */
  followedBy(chunks: readonly Chunk[]): Ids {
    const more = chunks.filter((chunk) => chunk.length > 0);
    return more.length === 0 ? this : new Ids(this.chunks.concat(more));
  }

  with(id: string, at: number): Ids {
    return this.rewritten(at, (chunk, within) => chunk.toSpliced(within, 0, id));
  }

  withoutPlace(at: number): Ids {
    return this.rewritten(at, (chunk, within) => chunk.toSpliced(within, 1));
  }

  private rewritten(at: number, write: (ids: readonly string[], within: number) => string[]): Ids {
    const n = this.chunkAt(at);
    const written = write(this.chunks[n]?.ids() ?? [], at - (this.starts[n] ?? 0));
    const half = written.length >> 1;
    const parts = written.length > MOST ? [written.slice(0, half), written.slice(half)] : [written];
    return new Ids(this.chunks.toSpliced(n, 1, ...parts.filter((part) => part.length > 0).map(Chunk.of)));
  }

  without(gone: ReadonlySet<string>): Ids {
    if (gone.size === 0) return this;
    const kept = this.chunks.map((chunk) => {
      const ids = chunk.ids();
      return ids.some((id) => gone.has(id)) ? Chunk.of(ids.filter((id) => !gone.has(id))) : chunk;
    });
    return new Ids(kept.filter((chunk) => chunk.length > 0));
  }

  /** The chunks that another one does not share: only in them can there be what the other does not have, and what stands
   *  elsewhere in it. */
  besides(other: Ids): Stretch[] {
    const shared = new Set(other.chunks);
    return this.chunks.flatMap((chunk, n) =>
      shared.has(chunk) ? [] : { from: this.starts[n] as number, ids: chunk.ids(), chunk },
    );
  }

  *[Symbol.iterator](): IterableIterator<string> {
    for (const chunk of this.chunks) yield* chunk.ids();
  }
}

import { Shelf } from "./shelf";
import type { State } from "./state";

type MapName =
  | "counts"
  | "conversations"
  | "gone"
  | "contacts"
  | "lately"
  | "lists"
  | "threads"
  | "read"
  | "drafts"
  | "along"
  | "watching";
type Writable<M> = M extends ReadonlyMap<infer K, infer V> ? Map<K, V> : never;

/** Entries from which on a map is kept on shelves, so that its copy costs nothing. */
const MANY = 1000;

function copyOf(map: ReadonlyMap<string, unknown>): Map<string, unknown> {
  return map.size > MANY ? Shelf.of(map) : new Map(map);
}

/** A state in the making: a map is copied on its first write, so a frame of a hundred events copies it once. */
export class Draft {
  readonly state: State;
  private readonly own = new Set<MapName>();

  constructor(from: State) {
    this.state = { ...from };
  }

  write<Name extends MapName>(name: Name): Writable<State[Name]> {
    if (!this.own.has(name)) {
      this.own.add(name);
      Object.assign(this.state, { [name]: copyOf(this.state[name]) });
    }
    return this.state[name] as unknown as Writable<State[Name]>;
  }
}

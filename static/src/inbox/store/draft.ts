import { far } from "./far";
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

function copyOf(state: State, name: MapName): Map<string, unknown> {
  if (name === "conversations" && state[name].size > MANY) return Shelf.of(state[name], far);
  return state[name].size > MANY ? Shelf.of<unknown>(state[name]) : new Map<string, unknown>(state[name]);
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
      Object.assign(this.state, { [name]: copyOf(this.state, name) });
    }
    return this.state[name] as unknown as Writable<State[Name]>;
  }
}

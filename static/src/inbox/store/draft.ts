import { Far, type Standing } from "./far";
import { keptBy, type Make, NUMBERS, Shelf } from "./shelf";
import type { State } from "./state";
import type { ConversationView } from "../../wire";

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

/** A long list has as many of these: out of the collector's reach. */
const CONVERSATIONS: Make<ConversationView, Standing> = keptBy(() => new Far());

/** Entries from which on a map is kept on shelves, so that its copy costs nothing. */
const MANY = 200;

function copyOf(state: State, name: MapName): Map<string, unknown> {
  const isShelved = state[name] instanceof Shelf || state[name].size > MANY;
  if (!isShelved) return new Map<string, unknown>(state[name]);
  if (name === "conversations") return Shelf.of(state[name], CONVERSATIONS);
  return name === "read" ? Shelf.of(state[name], NUMBERS) : Shelf.of<unknown>(state[name]);
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

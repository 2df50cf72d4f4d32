// Made from the wires in Python by `make types`; change those, not this file.

export interface ChannelView {
  id: string;
  name: string;
}

export interface ChannelsList {
  channels: ChannelView[];
}

export interface OwnLink {
  /** UTC ms; null: nobody there is this agent. */
  linked_at: number | null;
}

export interface PlaceState {
  /** Why nothing goes there until somebody mends it, in the place's own word; null: it does. */
  paused: string | null;
  /** UTC ms. */
  since: number | null;
}

export interface RuleView {
  name: string;
  /** `pull`, `alert` or `digest`. */
  does: string;
  channel: string;
  /** Its conditions, by their keys in config.toml; times in seconds. */
  when: Record<string, string | number>;
}

/** How a place is set up: what stands in the configuration, and where its app is. */
export interface PlaceSetup {
  /** null: the place does not say just now. */
  channels: ChannelView[] | null;
  prefix: string;
  rules: RuleView[];
}

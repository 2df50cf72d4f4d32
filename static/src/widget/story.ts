// The customer's side of the story: pure reducers over what the socket, the answers and older pages bring.

import type { CustomerEvent, CustomerMessage, VisitorSnapshotFrame } from "../wire";

export interface Story {
  /** In reading order: (at, position). */
  messages: readonly CustomerMessage[];
  /** Where older ones go on; null: the beginning is here; undefined: nothing is known yet. */
  before: string | null | undefined;
  /** The business has read hers up to this position. */
  seenTo: number;
  /** Is her newest conversation open? */
  open: boolean;
  /** By what it goes on elsewhere, in each language; null: here. */
  goesBy: Readonly<Record<string, string>> | null;
}

export const NOTHING: Story = { messages: [], before: undefined, seenTo: 0, open: false, goesBy: null };

function inOrder(messages: Iterable<CustomerMessage>): CustomerMessage[] {
  return [...messages].sort((a, b) => a.at - b.at || a.position - b.position);
}

/** The newest truth whole: what stood here before is gone. */
export function fromSnapshot(frame: VisitorSnapshotFrame): Story {
  return { messages: inOrder(frame.messages), before: frame.before, seenTo: frame.seen_to, open: frame.open, goesBy: frame.goes_by };
}

/** Events come in order and each brings the newest form. */
export function afterEvents(story: Story, events: readonly CustomerEvent[]): Story {
  const messages = new Map(story.messages.map((message) => [message.id, message]));
  let { seenTo, open, goesBy } = story;
  for (const event of events) {
    if (event.message) messages.set(event.message.id, event.message);
    seenTo = Math.max(seenTo, event.seen_to ?? 0);
    open = event.open ?? open;
    if (event.goes_by !== undefined) goesBy = event.goes_by;
  }
  return { ...story, messages: inOrder(messages.values()), seenTo, open, goesBy };
}

/** Answers and older pages add what is missing. They never replace: an event may already have brought a newer form. */
export function withMissing(story: Story, found: readonly CustomerMessage[], before = story.before): Story {
  const known = new Set(story.messages.map((message) => message.id));
  const missing = found.filter((message) => !known.has(message.id));
  return { ...story, before, messages: missing.length ? inOrder([...missing, ...story.messages]) : story.messages };
}

/** The newest position of others' messages: what "received" and "read" reach up to. */
export function newestFromUs(story: Story): number {
  return story.messages.reduce((top, { author, position }) => (author.kind === "me" ? top : Math.max(top, position)), 0);
}

/** Where the last `unread` of others' messages begin; 0 where there are none. */
export function firstUnread(story: Story, unread: number): number {
  const others = story.messages.filter(({ author }) => author.kind !== "me");
  return (unread && others.at(-unread)?.position) || 0;
}

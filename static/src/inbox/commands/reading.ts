// Read marks after a cut: as the server tells them, but for what this tab itself has still to say of them.

import type { ToAgent } from "../../wire";
import { stillWaiting } from "./latest";

const stillSaid = () => ["mark_read", "mark_unread"].flatMap(stillWaiting).map((args) => args.conversation);

/** Conversations of whose marks this tab had something to say when it came back. */
let own: ReadonlySet<unknown> = new Set();

export function mindingRead(frame: ToAgent): ToAgent {
  if (frame.kind === "hello") own = new Set(stillSaid());
  if (frame.kind !== "private" || frame.private.read_above === undefined) return frame;
  // A whole state may come in the midst of a session, too, while a mark is on its way.
  const mine = new Set([...own, ...stillSaid()]);
  const told = Object.entries(frame.private.read ?? {}).filter(([id]) => !mine.has(id));
  return { ...frame, private: { ...frame.private, read: Object.fromEntries(told) } };
}

// What must be known before somebody writes to an address: she wants nothing there, or nothing that no person wrote, or
// what went there came back.

import type { FailureView, LegView, MessageView } from "../../../wire";

export type Standing =
  | { kind: "out" | "quiet"; account: string; at: number }
  | { kind: "bounces"; at: number; failure: FailureView };

/** `messages`: from the oldest to the newest, as far as they are known here. */
export function standingOf(
  identity: string,
  legs: readonly Pick<LegView, "account" | "identity" | "opted_out_at" | "quiet_since">[],
  messages: readonly Pick<MessageView, "at" | "author" | "envelope">[],
): Standing[] {
  const found: Standing[] = [];
  for (const { account, identity: whose, opted_out_at, quiet_since } of legs) {
    if (whose.id !== identity) continue;
    if (opted_out_at !== null) found.push({ kind: "out", account, at: opted_out_at });
    else if (quiet_since) found.push({ kind: "quiet", account, at: quiet_since });
  }
  const bounce = bounceOf(identity, messages);
  return bounce ? [...found, bounce] : found;
}

/** Since the first of those that have all come back: whatever arrived since, or came from there, speaks against it. */
function bounceOf(identity: string, messages: readonly Pick<MessageView, "at" | "author" | "envelope">[]): Standing | null {
  let bounce: Standing | null = null;
  for (const { at, author, envelope } of messages) {
    if (author.kind === "customer" && author.id === identity) bounce = null;
    const hers = envelope?.recipients.find((one) => one.identity === identity);
    if (!hers?.delivery || hers.delivery === "queued") continue;
    const { failure } = hers;
    if (!failure) bounce = null;
    else if (failure.then === "never") bounce = { kind: "bounces", at: bounce?.at ?? at, failure };
  }
  return bounce;
}

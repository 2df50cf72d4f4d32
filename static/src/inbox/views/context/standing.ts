// What must be known before somebody writes to an address: she wants nothing there, or nothing that no person wrote, or
// what went there came back.

import type { FailureView, LegView, MessageView } from "../../../wire";

export type Standing =
  | { kind: "out" | "quiet"; account: string; at: number }
  | { kind: "bounces"; at: number; failure: FailureView };

/** What is wrong with the address itself; other words, or another day, change nothing about it. */
const ASTRAY: ReadonlySet<string> = new Set(["delivery.no_such_address", "delivery.mailbox_closed", "delivery.no_such_number"]);

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

/** Since the first of those that have all come back: what arrived since, or came from there, speaks against it. That a
 *  server took one does not: so did it with those that came back. */
function bounceOf(identity: string, messages: readonly Pick<MessageView, "at" | "author" | "envelope">[]): Standing | null {
  const [failures, since]: [FailureView[], number[]] = [[], []];
  for (const { at, author, envelope } of messages) {
    const hers = envelope?.recipients.find((one) => one.identity === identity);
    const arrived = hers?.delivery === "delivered" || hers?.delivery === "read";
    if (arrived || (author.kind === "customer" && author.id === identity)) failures.length = since.length = 0;
    else if (hers?.failure && ASTRAY.has(hers.failure.text)) {
      failures.push(hers.failure);
      since.push(at);
    }
  }
  const [failure, first] = [failures.at(-1), since[0]];
  return failure && first !== undefined ? { kind: "bounces", at: first, failure } : null;
}

// How far somebody has truly seen a conversation: positions, and since when each stands on the screen. Pure: the clock and
// what is drawn are told. The read mark and the stop before a stale reply both come from here.

/** What flashes by as Enter is pressed has not been read. */
export const SETTLES = 600; // ms

interface Shown {
  conversation: string;
  position: number;
  since: number;
}

export class Looked {
  /** Positions mean something within one epoch only: after a restore the log counts on from an earlier day. */
  private epoch: string | null = null;
  private readonly seen = new Map<string, number>();
  /** On the screen, and not for long enough yet: the oldest first. */
  private fresh: Shown[] = [];
  /** The newest that stood there when it was opened, read or not. */
  private readonly stood = new Map<string, number>();

  /** It was opened, and had been read up to here by then. What other windows read meanwhile was not seen in this one;
   *  what was marked unread since is seen anew. */
  opened(epoch: string | null, conversation: string, read: number, newest = read): void {
    this.enter(epoch);
    this.seen.set(conversation, read);
    this.stood.set(conversation, newest);
  }

  /** What came after this came in the meantime; what is not newer was there all along, though it may not have been seen. */
  stoodIn(epoch: string | null, conversation: string): number {
    this.enter(epoch);
    return this.stood.get(conversation) ?? 0;
  }

  /** Its end is on the screen, down to this position. */
  shown(epoch: string | null, conversation: string, position: number, now: number): void {
    this.enter(epoch);
    this.settle(now);
    this.fresh = this.fresh.filter((one) => one.conversation === conversation);
    const newest = this.fresh.at(-1)?.position ?? this.seen.get(conversation) ?? 0;
    if (position > newest) this.fresh.push({ conversation, position, since: now });
  }

  /** Nothing is on the screen any more: what stood there too short must be shown anew. */
  hidden(now: number): void {
    this.settle(now);
    this.fresh = [];
  }

  /** The position up to which it has been seen, exactly as of now. */
  seenIn(epoch: string | null, conversation: string, now: number): number {
    this.enter(epoch);
    this.settle(now);
    return this.seen.get(conversation) ?? 0;
  }

  /** How long until something more counts as seen; null: nothing is on its way. */
  wait(now: number): number | null {
    const next = this.fresh[0];
    return next ? Math.max(0, next.since + SETTLES - now) : null;
  }

  private enter(epoch: string | null): void {
    if (epoch !== this.epoch) {
      this.seen.clear();
      this.stood.clear();
      this.fresh = [];
    }
    this.epoch = epoch;
  }

  private settle(now: number): void {
    for (let next = this.fresh[0]; next && next.since + SETTLES <= now; next = this.fresh[0]) {
      this.raise(next.conversation, next.position);
      this.fresh.shift();
    }
  }

  private raise(conversation: string, position: number): void {
    this.seen.set(conversation, Math.max(this.seen.get(conversation) ?? 0, position));
  }
}

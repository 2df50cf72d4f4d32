// What the page's own storage remembers of the chat: nothing secret, nobody's name, no words.

/** ms a page connects by itself after it was last said that a conversation is open; each saying renews it. */
const LEASE = 14 * 24 * 3600_000;

export interface Memory {
  /** The window was open when the page was left. */
  open: boolean;
  /** A conversation is open or something is unsent: connect at page load. A lease: what is not renewed ends by itself. */
  live: boolean;
  /** The history kept in the frame is a named user's. */
  named: boolean;
}

interface Kept {
  open?: boolean;
  named?: boolean;
  /** Connect at page load until this time, in ms. */
  until?: number;
}

function kept(account: string): Kept {
  try {
    return JSON.parse(localStorage.getItem(`parley-${account}`) ?? "{}") as Kept;
  } catch {
    return {};
  }
}

export function recall(account: string): Memory {
  const { open = false, named = false, until = 0 } = kept(account);
  return { open, named, live: until > Date.now() };
}

export function remember(account: string, { live, ...changes }: Partial<Memory>): void {
  const lease = live === undefined ? {} : { until: live ? Date.now() + LEASE : 0 };
  try {
    localStorage.setItem(`parley-${account}`, JSON.stringify({ ...kept(account), ...changes, ...lease }));
  } catch {
    // A page without storage starts anew each time.
  }
}

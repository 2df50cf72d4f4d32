// What the page's own storage remembers of the chat: nothing secret, nobody's name, no words.

export interface Memory {
  /** The window was open when the page was left. */
  open: boolean;
  /** A conversation is open or something is unsent: connect at page load. */
  live: boolean;
  /** The history kept in the frame is a named user's. */
  named: boolean;
}

export function recall(account: string): Memory {
  const nothing = { open: false, live: false, named: false };
  try {
    return { ...nothing, ...(JSON.parse(localStorage.getItem(`parley-${account}`) ?? "{}") as Partial<Memory>) };
  } catch {
    return nothing;
  }
}

export function remember(account: string, changes: Partial<Memory>): void {
  try {
    localStorage.setItem(`parley-${account}`, JSON.stringify({ ...recall(account), ...changes }));
  } catch {
    // A page without storage starts anew each time.
  }
}

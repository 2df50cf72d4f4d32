// The tabs of this browser take turns and tell each other what changed. Where a browser allows neither (no TLS, a frame on
// another site while it keeps nothing for those) each tab is alone, and nothing breaks.

/** Does it while no other tab does anything of that name. */
export async function alone<T>(name: string, act: () => Promise<T>): Promise<T> {
  const locks = navigator.locks as LockManager | undefined;
  let begun: Promise<T> | undefined;
  const begin = () => (begun ??= act());
  // It fails where `act` does, which is told below, and where the browser refuses: then `act` has not begun.
  await locks?.request(name, begin).catch(() => undefined);
  return begin();
}

/** Hears the other tabs; answers how to tell them. */
export function among<News>(name: string, hear: (news: News) => void): (news: News) => void {
  try {
    const channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }) => hear(data as News);
    return (news) => channel.postMessage(news);
  } catch {
    return () => undefined;
  }
}

// What a page of the sandbox hears from its house, and hears again after every cut.

import { backoff } from "../shared/backoff";

/** Hears what is told at this path for as long as the answer is not called. */
export function hear<Now>(path: string, told: (now: Now) => void, failed: () => void): () => void {
  const address = new URL(path, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  let socket: WebSocket;
  let timer = 0;
  let tries = 0;
  let ended = false;
  const begin = () => {
    socket = new WebSocket(address);
    socket.onmessage = (event) => {
      if (ended) return;
      tries = 0;
      told(JSON.parse(String(event.data)) as Now);
    };
    socket.onclose = () => {
      if (ended) return;
      failed();
      timer = window.setTimeout(begin, backoff(tries++));
    };
  };
  begin();
  return () => {
    ended = true;
    clearTimeout(timer);
    // One that is not up yet is let come up first: browsers warn of it otherwise.
    if (socket.readyState === WebSocket.CONNECTING) socket.onopen = () => socket.close();
    else socket.close();
  };
}

// The socket half of the door: news come down, typing and "seen" go up. It is always trying; a cut costs nothing,
// because the cursor says what was heard last.

import { backoff } from "../shared/backoff";
import type { FromVisitor, ToVisitor } from "../wire";
import { VISITOR_CLOSE_PROTOCOL, VISITOR_CLOSE_SIGNED_OUT, VISITOR_CLOSE_SLOW, VISITOR_PROTOCOL } from "../wire";

const ASLEEP = 15_000; // ms: a clock that jumped further means that the machine slept and the socket is dead
const TICK = 5_000; // ms

export interface Ears {
  heard(frame: ToVisitor): void;
  /** Connected and greeted, or cut. */
  line(up: boolean): void;
  /** The token is not accepted any more. */
  signedOut(): void;
  /** The server speaks a newer protocol: this page is old. */
  outdated(): void;
}

export class Line {
  private socket: WebSocket | undefined;
  private token: string | null = null;
  private cursor: string | null = null;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ticked = Date.now();

  constructor(
    private readonly account: string,
    private readonly ears: Ears,
  ) {
    addEventListener("online", () => this.reconnect());
    addEventListener("offline", () => this.cut());
    document.addEventListener("visibilitychange", () => this.woke());
    setInterval(() => this.woke(), TICK);
  }

  /** Follows the story of this token's person; of the same person it goes on where it was. */
  follow(token: string, same: boolean): void {
    if (!same) this.cursor = null;
    if (token === this.token && this.socket) return;
    this.token = token;
    this.reconnect();
  }

  rest(): void {
    this.token = null;
    this.cursor = null;
    this.cut();
  }

  send(frame: FromVisitor): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  /** A new socket now, whatever the old one thinks of itself. */
  reconnect(): void {
    this.cut();
    this.failures = 0;
    this.connect();
  }

  private woke(): void {
    const slept = Date.now() - this.ticked > ASLEEP + TICK;
    this.ticked = Date.now();
    if (slept) this.reconnect();
  }

  private cut(): void {
    clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = undefined;
    socket?.close();
    this.ears.line(false);
  }

  private connect(): void {
    if (!this.token || !navigator.onLine) return;
    const { token, cursor } = this;
    const url = `${location.origin.replace(/^http/, "ws")}/ws/visitor/${this.account}`;
    const socket = (this.socket = new WebSocket(url));
    socket.onopen = () => this.send({ kind: "hello", protocol: VISITOR_PROTOCOL, token, cursor });
    socket.onmessage = (event) => {
      if (socket === this.socket) this.hear(JSON.parse(event.data as string) as ToVisitor);
    };
    socket.onclose = (event) => {
      if (socket === this.socket) this.closed(event.code);
    };
  }

  private hear(frame: ToVisitor): void {
    if (frame.kind === "hello") {
      this.failures = 0;
      this.ears.line(true);
    }
    if (frame.kind === "reset") {
      this.cursor = null;
      this.ears.heard(frame);
      return this.reconnect();
    }
    if (frame.kind === "snapshot" || frame.kind === "events") this.cursor = frame.cursor;
    this.ears.heard(frame);
  }

  private closed(code: number): void {
    this.socket = undefined;
    this.ears.line(false);
    if (code === VISITOR_CLOSE_SIGNED_OUT) {
      this.token = null;
      return this.ears.signedOut();
    }
    if (code === VISITOR_CLOSE_PROTOCOL) return this.ears.outdated();
    const wait = code === VISITOR_CLOSE_SLOW ? 0 : backoff(this.failures++);
    this.timer = setTimeout(() => this.connect(), wait);
  }
}

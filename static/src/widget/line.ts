// The half of the door by which news come: down a socket, and where no socket comes through, by asking for the same
// frames. It is always trying; a cut costs nothing, because the cursor says what was heard last.

import { backoff, pause } from "../shared/backoff";
import type { FromVisitor, ToVisitor } from "../wire";
import { CLOSE_PROTOCOL, CLOSE_SIGNED_OUT, CLOSE_SLOW, VISITOR_PROTOCOL } from "../wire";
import { Problem } from "./door";

const ASLEEP = 15_000; // ms: a clock that jumped further means that the machine slept and the socket is dead
const TICK = 5_000; // ms
const GREETED_WITHIN = 4_000; // ms until a socket that nobody answers is doubted: some proxies swallow them
const TURNED_AWAY = 2; // sockets that ended ungreeted, after which the way is taken to be blocked
const TRY_AGAIN = 60_000; // ms between two tries to get a socket while asking works

export interface Ears {
  heard(frame: ToVisitor): void;
  /** Connected and greeted, or cut. */
  line(up: boolean): void;
  /** The token is not accepted any more. */
  signedOut(): void;
  /** The server speaks a newer protocol: this page is old. */
  outdated(): void;
  /** The frames after the cursor; waits until there are some. Throws `Problem`. */
  ask(token: string, cursor: string | null, stop: AbortSignal): Promise<readonly ToVisitor[]>;
  /** Says one frame without a socket. */
  tell(token: string, frame: FromVisitor): Promise<void>;
}

export class Line {
  private socket: WebSocket | undefined;
  private token: string | null = null;
  private cursor: string | null = null;
  private up = false;
  /** The socket has been answered: what is said on it is heard. */
  private greeted = false;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ticked = Date.now();
  /** Sockets in a row that ended before anybody answered on them. */
  private turnedAway = 0;
  private doubt: ReturnType<typeof setTimeout> | undefined;
  private asking: AbortController | undefined;
  /** Asking has worked where a socket has not: from now on it begins at once. */
  private blocked = false;

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
    if (token === this.token && (this.socket || this.asking)) return;
    this.token = token;
    this.reconnect();
  }

  rest(): void {
    this.token = null;
    this.cursor = null;
    this.cut();
  }

  /** Returns whether there is a way for it now; nothing waits for one. */
  send(frame: FromVisitor): boolean {
    if (this.greeted && this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
    else if (this.asking && this.token) this.ears.tell(this.token, frame).catch(() => undefined);
    else return false;
    return true;
  }

  /** A new socket now, whatever the old one thinks of itself. */
  reconnect(): void {
    this.cut();
    this.failures = 0;
    this.connect();
    if (this.blocked) void this.ask();
  }

  /** Something else came through to the server: who waits to be connected waits no longer. */
  cameThrough(): void {
    if (this.up || this.socket) return;
    clearTimeout(this.timer);
    this.connect();
  }

  private woke(): void {
    const slept = Date.now() - this.ticked > ASLEEP + TICK;
    this.ticked = Date.now();
    if (slept) this.reconnect();
  }

  private cut(): void {
    clearTimeout(this.timer);
    this.hangUp();
    this.stopAsking();
    this.is(false);
  }

  private hangUp(): void {
    clearTimeout(this.doubt);
    this.greeted = false;
    const socket = this.socket;
    this.socket = undefined;
    socket?.close();
  }

  private is(up: boolean): void {
    if (up === this.up) return;
    this.up = up;
    this.ears.line(up);
  }

  // --- by socket ---

  private connect(): void {
    if (!this.token || !navigator.onLine) return;
    const { token } = this;
    const url = `${location.origin.replace(/^http/, "ws")}/ws/visitor/${this.account}`;
    const socket = (this.socket = new WebSocket(url));
    this.doubt = setTimeout(() => void this.ask(), GREETED_WITHIN);
    socket.onopen = () => {
      const hello: FromVisitor = { kind: "hello", protocol: VISITOR_PROTOCOL, token, cursor: this.cursor };
      if (socket === this.socket) socket.send(JSON.stringify(hello));
    };
    socket.onmessage = (event) => {
      if (socket === this.socket) this.hear(JSON.parse(event.data as string) as ToVisitor);
    };
    socket.onclose = (event) => {
      if (socket === this.socket) this.closed(event.code);
    };
  }

  private hear(frame: ToVisitor): void {
    if (frame.kind === "hello") {
      clearTimeout(this.doubt);
      this.greeted = true;
      this.failures = this.turnedAway = 0;
      this.blocked = false;
      this.stopAsking();
      this.is(true);
    }
    this.take(frame);
    if (frame.kind === "reset") this.reconnect();
  }

  private take(frame: ToVisitor): void {
    if (frame.kind === "reset") this.cursor = null;
    if (frame.kind === "snapshot" || frame.kind === "events") this.cursor = frame.cursor;
    this.ears.heard(frame);
  }

  private closed(code: number): void {
    const { greeted } = this;
    this.hangUp();
    if (code === CLOSE_SIGNED_OUT) return this.signedOut();
    if (code === CLOSE_PROTOCOL) return this.ears.outdated();
    this.turnedAway = greeted ? 0 : this.turnedAway + 1;
    if (this.turnedAway >= TURNED_AWAY) void this.ask();
    if (!this.asking) this.is(false);
    const wait = this.blocked ? TRY_AGAIN * (1 - Math.random() / 2) : code === CLOSE_SLOW ? 0 : backoff(this.failures++);
    this.timer = setTimeout(() => this.connect(), wait);
  }

  private signedOut(): void {
    this.token = null;
    this.cut();
    this.ears.signedOut();
  }

  // --- by asking ---

  private stopAsking(): void {
    this.asking?.abort();
    this.asking = undefined;
  }

  /** The server is there and its socket is not. Was it away a moment ago? Then the next socket comes through. */
  private isBlocked(): void {
    this.blocked = true;
    if (this.socket) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), backoff(1));
  }

  /** Asks again and again, until a socket is greeted or there is nobody to ask for. */
  private async ask(): Promise<void> {
    if (this.asking || !this.token) return;
    const { signal } = (this.asking = new AbortController());
    for (let failures = 0; !signal.aborted && this.token; ) {
      try {
        const frames = await this.ears.ask(this.token, this.cursor, signal);
        if (signal.aborted) return;
        failures = 0;
        if (!this.blocked) this.isBlocked();
        this.is(true);
        for (const frame of frames) this.take(frame);
      } catch (error) {
        if (signal.aborted) return;
        const problem = Problem.of(error);
        if (problem.status === 401) return this.signedOut();
        this.is(false);
        await pause(Math.max(problem.wait, backoff(failures++)));
      }
    }
  }
}

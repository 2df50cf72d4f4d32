// The agents' socket: keeps one connection up, resumes where the last one ended, and says when it may be spoken to.
// It knows frames and close codes, not what they mean for the screen.

import { backoff } from "../shared/backoff";
import {
  AGENT_PROTOCOL,
  CLOSE_ACCESS,
  CLOSE_PROTOCOL,
  CLOSE_SIGNED_OUT,
  CLOSE_SLOW,
  type FromAgent,
  type ToAgent,
} from "../wire";

const OPENS_WITHIN = 10_000; // ms until a connection that answers nothing is given up
const QUIET_CHECK = 45_000; // ms without a frame until the way is tried by HTTP
const SLEPT = 30_000; // ms a timer may be late before the machine must have slept

export type SocketState = "connecting" | "online" | "waiting" | "offline" | "signed_out" | "outdated";

export interface SocketWorld {
  url: string;
  cursor(): string | null;
  take(frame: ToAgent): void;
  /** `retryAt`: when the next try is due. */
  say(state: SocketState, retryAt: number | null): void;
  /** May be spoken to: hello was answered. */
  ready(): void;
  /** The door did not open; a browser is not told why. Nobody being signed in is one reason. */
  turnedAway(): void;
}

export class AgentSocket {
  private socket: WebSocket | null = null;
  private attempt = 0;
  private timer = 0;
  private lastHeard = 0;
  private lastTick = Date.now();
  private greeted = false;
  private ended = false;

  constructor(private readonly world: SocketWorld) {
    addEventListener("online", this.retryNow);
    addEventListener("offline", this.lost);
    document.addEventListener("visibilitychange", this.wake);
    setInterval(() => this.watch(), 5000);
  }

  start(): void {
    this.ended = false;
    this.connect();
  }

  stop(): void {
    this.ended = true;
    clearTimeout(this.timer);
    this.drop();
  }

  /** False when it could not be said now; whoever must be heard says it again when `ready`. */
  send(frame: FromAgent): boolean {
    if (!this.greeted || this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  /** The connection is doubted (an answer is overdue): take a new one and resume. */
  renew(): void {
    if (!this.ended) this.connect();
  }

  readonly retryNow = (): void => {
    if (this.ended) return;
    this.attempt = 0;
    this.connect();
  };

  private readonly lost = (): void => {
    if (this.ended) return;
    this.drop();
    this.wait();
  };

  private readonly wake = (): void => {
    if (document.visibilityState === "visible" && !this.socket && !this.ended) this.retryNow();
  };

  private drop(): void {
    const socket = this.socket;
    this.socket = null;
    this.greeted = false;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  private connect(): void {
    clearTimeout(this.timer);
    this.drop();
    if (!navigator.onLine) return this.wait();
    this.world.say("connecting", null);
    const socket = new WebSocket(this.world.url);
    let opened = false;
    this.socket = socket;
    this.timer = setTimeout(() => {
      this.lost();
      this.world.turnedAway();
    }, OPENS_WITHIN);
    socket.onopen = () => {
      opened = true;
      const cursor = this.world.cursor();
      socket.send(JSON.stringify({ kind: "hello", protocol: AGENT_PROTOCOL, ...(cursor ? { cursor } : {}) }));
    };
    socket.onmessage = (event) => this.hear(String(event.data));
    socket.onclose = (event) => {
      this.closed(event.code);
      if (!opened) this.world.turnedAway();
    };
  }

  private hear(text: string): void {
    this.lastHeard = Date.now();
    const frame = JSON.parse(text) as ToAgent;
    this.world.take(frame);
    if (frame.kind === "hello") {
      clearTimeout(this.timer);
      this.greeted = true;
      this.attempt = 0;
      this.world.say("online", null);
      this.world.ready();
    } else if (frame.kind === "reset") {
      // The cursor is gone now: say hello again without it.
      this.connect();
    }
  }

  private closed(code: number): void {
    clearTimeout(this.timer);
    this.socket = null;
    this.greeted = false;
    if (this.ended) return;
    if (code === CLOSE_SIGNED_OUT) return this.world.say("signed_out", null);
    if (code === CLOSE_PROTOCOL) return this.world.say("outdated", null);
    if (code === CLOSE_ACCESS) {
      // Another view begins: what came before the change is no basis for what comes after it.
      this.world.take({ kind: "reset", reason: "access" });
      return this.connect();
    }
    if (code === CLOSE_SLOW && this.attempt === 0) {
      this.attempt = 1;
      return this.connect();
    }
    this.wait();
  }

  private wait(): void {
    clearTimeout(this.timer);
    if (!navigator.onLine) return this.world.say("offline", null);
    const delay = backoff(this.attempt++);
    this.timer = setTimeout(() => this.connect(), delay);
    this.world.say("waiting", Date.now() + delay);
  }

  /** A socket can be dead without knowing: after sleep it is renewed, after a long quiet the way is tried by HTTP. */
  private watch(): void {
    const now = Date.now();
    const slept = now - this.lastTick > SLEPT;
    this.lastTick = now;
    if (this.ended || !this.socket || !this.greeted) return;
    if (slept) return this.retryNow();
    if (now - this.lastHeard < QUIET_CHECK) return;
    this.lastHeard = now;
    fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(8000) }).catch(() => this.lost());
  }
}

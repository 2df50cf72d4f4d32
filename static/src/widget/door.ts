// The HTTP half of the customers' door. Every failure is a `Problem` that says what happens next.

import { upload, UploadFailed } from "../shared/upload";
import type { FromVisitor, HistoryPage, LinkOver, Polled, Said, Say, SessionAnswer, SessionAsk, Uploaded } from "../wire";

const PATIENCE = 20_000; // ms for an answer
const LONG_PATIENCE = 70_000; // ms for an answer that the server may hold back, at the most a minute, until there is news
const STALL = 30_000; // ms an upload may stand still

export class Problem extends Error {
  constructor(
    /** 0: the network failed. */
    readonly status = 0,
    /** The key of the words for it. */
    readonly text = "",
    readonly params: Record<string, string | number> = {},
    /** Not before so many milliseconds. */
    readonly wait = 0,
    /** The server's machine name for it. */
    readonly code = "",
  ) {
    super(text || `status ${status}`);
  }

  /** What was thrown, if it is one; anything else counts as the network's fault. */
  static of(thrown: unknown): Problem {
    return thrown instanceof Problem ? thrown : new Problem();
  }

  /** Trying the very same again later is right. */
  get passing(): boolean {
    return [0, 408, 425, 429].includes(this.status) || this.status >= 500;
  }
}

interface Told {
  type?: string;
  text?: string;
  params?: Record<string, string | number>;
}

async function problemOf(response: Response): Promise<Problem> {
  const told = (await response.json().catch(() => ({}))) as Told;
  const wait = Number(response.headers.get("Retry-After") ?? 0) * 1000 || 0;
  return new Problem(response.status, told.text ?? "", told.params ?? {}, wait, told.type ?? "");
}

/** Ends after so many milliseconds, or with `stop`. */
function within(patience: number, stop: AbortSignal): AbortSignal {
  const both = new AbortController();
  const timer = setTimeout(() => both.abort(), patience);
  const end = () => (clearTimeout(timer), both.abort());
  if (stop.aborted) end();
  else stop.addEventListener("abort", end, { once: true });
  return both.signal;
}

function bearing(token: string): Record<string, string> {
  return { Authorization: `Bearer ${token}` };
}

export class Door {
  constructor(readonly account: string) {}

  session(ask: SessionAsk): Promise<SessionAnswer | LinkOver> {
    return this.call("session", null, ask);
  }

  // The token is named at every call: one person's message never goes out under another's.

  say(token: string, say: Say): Promise<Said> {
    return this.call("messages", token, say);
  }

  history(token: string, before: string): Promise<HistoryPage> {
    return this.call(`messages?before=${encodeURIComponent(before)}`, token);
  }

  /** What came after the cursor, as the socket would have told it; waits until there is something. */
  async events(token: string, after: string | null, stop: AbortSignal): Promise<Polled["frames"]> {
    const path = after ? `events?after=${encodeURIComponent(after)}` : "events";
    return (await this.call<Polled>(path, token, undefined, within(LONG_PATIENCE, stop))).frames;
  }

  /** What would have gone up by the socket. */
  async tell(token: string, frame: FromVisitor): Promise<void> {
    await this.call<Polled>("frames", token, frame);
  }

  /** Sends one file; answers the server's id for it and its address. */
  async upload(
    token: string, file: Blob, name: string, onProgress: (share: number) => void,
  ): Promise<Uploaded["attachment"]> {
    const stop = new AbortController();
    let stall = setTimeout(() => stop.abort(), STALL);
    const moving = (share: number) => {
      clearTimeout(stall);
      stall = setTimeout(() => stop.abort(), STALL);
      onProgress(share);
    };
    try {
      const url = `/visitor/${this.account}/uploads?name=${encodeURIComponent(name)}`;
      const options = { headers: bearing(token), onProgress: moving, signal: stop.signal };
      return (await upload<Uploaded>(url, new File([file], name, { type: file.type }), options)).attachment;
    } catch (error) {
      if (!(error instanceof UploadFailed)) throw new Problem();
      const { status, text, params } = error.problem;
      throw new Problem(status, text, params, Number(params.retry_after ?? 0) * 1000);
    } finally {
      clearTimeout(stall);
    }
  }

  async call<Answer>(
    path: string, token: string | null, body?: object, signal = AbortSignal.timeout(PATIENCE),
  ): Promise<Answer> {
    const sent = body && { method: "POST", body: JSON.stringify(body) };
    const headers = { ...(token && bearing(token)), ...(body && { "Content-Type": "application/json" }) };
    const response = await fetch(`/visitor/${this.account}/${path}`, { ...sent, headers, signal }).catch(() => null);
    if (!response) throw new Problem();
    if (!response.ok) throw await problemOf(response);
    return response.json().catch(() => {
      throw new Problem();
    }) as Promise<Answer>;
  }
}

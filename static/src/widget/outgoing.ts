// The line of messages that wait to go out: strictly in order, one at a time over all tabs of this browser, again and
// again until the server has answered. The line stands in `Keeper`, so a reload in the middle changes nothing.

import { backoff } from "../shared/backoff";
import { newId } from "../shared/ids";
import type { AttachmentView, CustomerMessage } from "../wire";
import { Problem } from "./door";
import type { Door } from "./door";
import { eachOnce } from "./kept";
import type { KeptFile, KeptMessage, Keeper } from "./kept";
import { alone, among } from "./tabs";

/** ms. Browsers are sometimes wrong about being offline, and a page may bring a fresh word for its user at any time. */
const PEEK = 30_000;

export interface Hooks {
  /** The line changed. */
  changed(): void;
  /** The server has stored it. */
  said(message: CustomerMessage): void;
  uploaded(file: KeptFile, attachment: AttachmentView): void;
  /** The token is not accepted; the answer is true when there is a new one for the same person. */
  renew(): Promise<boolean>;
}

export class Outgoing {
  /** First to go out first. */
  line: readonly KeptMessage[] = [];
  /** Share gone up of files on their way, by message and place: "ID/0". */
  readonly progress = new Map<string, number>();
  private subject: string | null = null;
  private token: string | null = null;
  private failures = 0;
  private running = false;
  private notBefore = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Settles when everything shown is written down. */
  written: Promise<unknown> = Promise.resolve();
  /** Shown already, not yet written. */
  private readonly fresh = new Map<string, KeptMessage>();
  /** The other tabs look at the line anew. */
  private readonly tell: () => void;

  constructor(
    private readonly keeper: Keeper,
    private readonly door: Door,
    private readonly hooks: Hooks,
  ) {
    this.tell = among<void>(`parley-${door.account}-line`, () => void this.reload());
  }

  /** Shows the line of this person; with a token it goes out. */
  async serve(subject: string, token: string | null): Promise<void> {
    this.subject = subject;
    this.token = token;
    await this.reload();
    if (token) this.wake();
  }

  /** The line of `from` is that of `to`; so is, at once, what is written while it is being handed over. */
  async adopt(from: string, to: string): Promise<void> {
    this.subject = to;
    await this.written;
    for (const message of await this.keeper.line(from)) {
      if (this.subject === to) await this.keeper.put({ ...message, subject: to });
    }
  }

  /** Another person, or nobody yet: nothing of the former is shown or sent any more. */
  rest(): void {
    this.subject = this.token = null;
    this.line = [];
    this.fresh.clear();
    this.progress.clear();
    this.plan(undefined);
    this.hooks.changed();
  }

  async add(text: string, files: KeptFile[]): Promise<void> {
    if (this.subject === null) return;
    const { subject } = this;
    const message = { client_id: newId(), order: this.end(), subject, text, files, at: Date.now(), refused: null };
    this.line = [...this.line, message];
    this.fresh.set(message.client_id, message);
    this.hooks.changed();
    const put = this.keeper.put(message);
    this.written = Promise.all([this.written, put]);
    await put;
    this.fresh.delete(message.client_id);
    this.tell();
    this.wake();
  }

  /** A refused one goes to the end of the line once more. */
  async again(id: string): Promise<void> {
    const message = this.line.find((it) => it.client_id === id);
    if (!message) return;
    await this.keeper.put({ ...message, order: this.end(), refused: null });
    await this.reload();
    this.tell();
    this.wake();
  }

  async remove(id: string): Promise<void> {
    this.line = this.line.filter((it) => it.client_id !== id);
    this.hooks.changed();
    await this.keeper.remove(id);
    this.tell();
  }

  /** The network is back, or something new stands in the line. A wait that the server asked for is kept. */
  wake(): void {
    if (!this.token) return;
    const wait = this.notBefore - Date.now();
    this.plan(wait > 0 ? wait : undefined);
    if (wait <= 0) void this.run();
  }

  private plan(wait: number | undefined): void {
    clearTimeout(this.timer);
    this.timer = wait === undefined ? undefined : setTimeout(() => {
      this.timer = undefined;
      void this.run();
    }, wait);
  }

  private end(): number {
    return Math.max(Date.now(), (this.line.at(-1)?.order ?? 0) + 1);
  }

  private async reload(): Promise<void> {
    const subject = this.subject;
    if (subject === null) return;
    const line = await this.keeper.line(subject);
    if (subject !== this.subject) return;
    this.line = eachOnce([...line, ...this.fresh.values()]);
    this.hooks.changed();
  }

  private async run(): Promise<void> {
    if (this.running || !this.token) return;
    this.running = true;
    try {
      await alone(`parley-${this.door.account}-line`, () => this.empty());
      this.failures = 0;
    } catch (error) {
      this.later(Problem.of(error));
    } finally {
      this.running = false;
    }
    // Something may have been added between the last look and here.
    if (this.timer === undefined && this.next()) this.wake();
  }

  private later(problem: Problem): void {
    const idle = !navigator.onLine || problem.status === 401;
    const pause = idle ? PEEK : backoff(this.failures++);
    if (problem.wait) this.notBefore = Date.now() + problem.wait;
    this.plan(Math.max(pause, problem.wait * (1 + Math.random() / 4)));
  }

  private next(): KeptMessage | undefined {
    return this.line.find((it) => !it.refused);
  }

  /** Until nothing waits; throws the passing `Problem` that stopped it. */
  private async empty(): Promise<void> {
    await this.reload();
    for (let message = this.next(); message; message = this.next()) {
      if (!navigator.onLine || !this.token) throw new Problem();
      await this.send(message);
    }
  }

  private async send(message: KeptMessage): Promise<void> {
    try {
      await this.sendOnce(message);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status === 401 && (await this.hooks.renew())) return;
      if (error.passing || error.status === 401) throw error;
      await this.refuse(message, error);
    }
  }

  private async sendOnce(message: KeptMessage): Promise<void> {
    for (const [place, file] of message.files.entries()) {
      if (!file.upload) await this.bring(message, place, file);
    }
    const { client_id, text, files } = message;
    const attachments = files.flatMap((file) => file.upload ?? []);
    const { message: stored } = await this.door.say(this.tokenOf(message), { client_id, text, attachments });
    if (message.subject !== this.subject) return;
    await this.keeper.remove(client_id);
    this.line = this.line.filter((it) => it.client_id !== client_id);
    this.hooks.said(stored);
    this.tell();
  }

  /** Asked for right before every call, so that nothing of a former person ever goes out. */
  private tokenOf(message: KeptMessage): string {
    if (!this.token || message.subject !== this.subject) throw new Problem();
    return this.token;
  }

  private async bring(message: KeptMessage, place: number, file: KeptFile): Promise<void> {
    const key = `${message.client_id}/${place}`;
    const share = (part: number) => {
      this.progress.set(key, part);
      this.hooks.changed();
    };
    try {
      share(0);
      const attachment = await this.door.upload(this.tokenOf(message), file.body, file.name, share);
      file.upload = attachment.id;
      this.hooks.uploaded(file, attachment);
      await this.keeper.change(message);
    } finally {
      this.progress.delete(key);
    }
  }

  /** For good: the row says why, the customer decides. An upload that was swept meanwhile goes up anew then. */
  private async refuse(message: KeptMessage, { text, params }: Problem): Promise<void> {
    const files = message.files.map((file) => ({ ...file, upload: null }));
    const refused = { ...message, files, refused: { text, params } };
    this.line = this.line.map((it) => (it.client_id === message.client_id ? refused : it));
    this.hooks.changed();
    await this.keeper.change(refused);
    this.tell();
  }
}

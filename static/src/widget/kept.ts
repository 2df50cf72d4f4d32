// What this browser keeps of one account: whose it is, and the messages that have not gone out yet, files included.
// IndexedDB may be missing, blocked or full: then memory serves until the page is left, and nothing breaks.

import { keptIn } from "../shared/clientstore";
import { newId } from "../shared/ids";

export interface KeptFile {
  name: string;
  mime: string;
  body: Blob;
  /** Size of a picture, so that its room is known before it is drawn. */
  width: number | null;
  height: number | null;
  /** The server's id once it has gone up. */
  upload: string | null;
}

export interface KeptMessage {
  client_id: string;
  /** Its place in the line. */
  order: number;
  /** Whose it is; nobody else ever sends or sees it. */
  subject: string;
  text: string;
  files: KeptFile[];
  at: number;
  /** Why it was refused for good; the customer tries again or deletes it. */
  refused: { text: string; params: Record<string, string | number> } | null;
}

/** Who this browser was last known to be. */
export interface Self {
  token: string;
  subject: string;
  /** Whom the site named; null: nobody. */
  who: string | null;
}

const STORE = "waiting";

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function open(name: string): Promise<IDBDatabase | null> {
  try {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "client_id" });
    return settled(request).catch(() => null);
  } catch {
    return Promise.resolve(null);
  }
}

/** Each where it stands first, as it stands last. */
export function eachOnce(messages: readonly KeptMessage[]): KeptMessage[] {
  return [...new Map(messages.map((message) => [message.client_id, message])).values()];
}

export class Keeper {
  private readonly database: Promise<IDBDatabase | null>;
  private readonly memory = new Map<string, KeptMessage>();
  private readonly small;

  constructor(readonly account: string) {
    this.database = open(`parley-${account}`);
    this.small = keptIn(() => localStorage, `parley-${account}:`);
  }

  self(): Self | undefined {
    return this.small.read<Self>("self");
  }

  keepSelf(self: Self): void {
    this.small.write("self", self);
  }

  /** This browser's own word for the links it follows, also when it asks again because an answer was lost. */
  once(): string {
    const kept = this.small.read<string>("once") ?? newId();
    this.small.write("once", kept);
    return kept;
  }

  draft(subject: string): string {
    const kept = this.small.read<{ subject: string; text: string }>("draft");
    return kept?.subject === subject ? kept.text : "";
  }

  keepDraft(subject: string, text: string): void {
    if (text) this.small.write("draft", { subject, text });
    else this.small.drop("draft");
  }

  /** Everything of the former person goes: queue, token, draft. */
  forget(newcomer: string): Promise<void> {
    for (const what of ["self", "draft", "once"]) this.small.drop(what);
    return this.keepOnly(newcomer);
  }

  /** The line of one person, first to go out first. */
  async line(subject: string): Promise<KeptMessage[]> {
    return (await this.all()).filter((it) => it.subject === subject).sort((a, b) => a.order - b.order);
  }

  private async all(): Promise<KeptMessage[]> {
    const stored = (await this.within<KeptMessage[]>("readonly", (store) => store.getAll())) ?? [];
    return eachOnce([...stored, ...this.memory.values()]);
  }

  async put(message: KeptMessage): Promise<void> {
    const done = await this.within("readwrite", (store) => store.put(message));
    if (done === undefined) this.memory.set(message.client_id, message);
  }

  /** Messages of anybody but this newcomer, and whom another tab may have become by now, have no business here any more. */
  async keepOnly(newcomer: string): Promise<void> {
    for (const { client_id, subject } of await this.all()) {
      if (subject !== newcomer && subject !== this.self()?.subject) await this.remove(client_id);
    }
  }

  /** Writes only what is still there: a message deleted meanwhile does not come back. */
  async change(message: KeptMessage): Promise<void> {
    const there = this.memory.has(message.client_id) || (await this.within("readonly", (store) => store.getKey(message.client_id)));
    if (there) await this.put(message);
  }

  async remove(id: string): Promise<void> {
    this.memory.delete(id);
    await this.within("readwrite", (store) => store.delete(id) as IDBRequest<unknown>);
  }

  private async within<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
    try {
      const database = await this.database;
      return database ? await settled(act(database.transaction(STORE, mode).objectStore(STORE))) : undefined;
    } catch {
      return undefined;
    }
  }
}

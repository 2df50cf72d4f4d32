// A small server for the tests: a few conversations that change, the events that say so, and the pages and snapshots
// that the real one would answer at any moment. Never part of a bundle.

import type { AgentEvent, CellView, ConversationView, CountView, LegView, MessageView } from "../../wire";
import type { Filter } from "./state";

/** Numbers that look random and are the same in every run (mulberry32). */
export function dice(seed: number): (sides: number) => number {
  let a = seed;
  return (sides) => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % sides;
  };
}

const STATUSES = ["open", "snoozed", "closed", "spam"] as const;
const AGENTS = [null, "me", "other"] as const;
const TEAMS = [null, "t1"] as const;
const TAGS = ["red", "blue"] as const;
const ACCOUNTS = ["web", "mail"] as const;

function cellOf({ status, team, assignee, tags }: ConversationView): CellView {
  return { status, team, assignee, tags };
}

export function conversation(id: string, at: number, position: number): ConversationView {
  return {
    id,
    number: Number(id.slice(1)),
    position,
    status: "open",
    subject: "",
    priority: 0,
    team: null,
    assignee: null,
    tags: [],
    contact: { id: `p${id}`, name: id, blocked: false, erased: false },
    leg: null,
    legs: [],
    preview: null,
    waiting_since: null,
    snoozed_until: null,
    closed_at: null,
    last_at: at,
    last_public_position: null,
    last_customer_position: null,
    attributes: {},
    merged_into: null,
    erased: false,
    created_at: at,
  };
}

export function leg(account: string): LegView {
  return {
    id: `l${account}`,
    account,
    identity: { id: `i${account}`, space: "visitor", address: "x", proof: 0 },
    last_inbound_at: null,
    opted_out_at: null,
    delivered_to: 0,
    read_to: 0,
    seen_to: 0,
  };
}

export function message(id: string, of: string, position: number, at: number, text = id): MessageView {
  return {
    id,
    position,
    conversation: of,
    birth: of,
    leg: null,
    visibility: "public",
    author: { kind: "customer", id: "c", name: "C" },
    client_id: null,
    text,
    content: null,
    attachments: [],
    reply_to: null,
    mentions: [],
    at,
    late: false,
    edited_at: null,
    erased_at: null,
  };
}

export class World {
  readonly events: AgentEvent[] = [];
  readonly conversations = new Map<string, ConversationView>();
  readonly messages = new Map<string, MessageView>();
  /** Up to where the agent has read. */
  readonly marks = new Map<string, number>();
  position = 0;
  clock = 1000;

  constructor(private readonly roll: (sides: number) => number) {}

  /** One random fact. */
  step(): void {
    const known = [...this.conversations.values()];
    const it = known[this.roll(Math.max(1, known.length))];
    const what = this.roll(10);
    if (!it || what === 0) this.create();
    else if (what === 1) this.leave(it);
    else if (what < 5) this.write(it);
    else if (what === 5) this.edit(it);
    else this.change(it);
  }

  private record(kind: AgentEvent["kind"], event: Partial<AgentEvent>): void {
    this.events.push({
      kind,
      position: this.position,
      at: this.clock,
      actor: { kind: "agent", id: "me", name: "Me" },
      ...event,
    });
  }

  private next(): number {
    this.clock += 1 + this.roll(50);
    return ++this.position;
  }

  private put(
    view: ConversationView,
    was: CellView | null,
    kind: AgentEvent["kind"],
    more: Partial<AgentEvent> = {},
  ): void {
    this.conversations.set(view.id, view);
    this.record(kind, { conversation: view.id, was, now: cellOf(view), summary: view, ...more });
  }

  private create(): void {
    const position = this.next();
    const made = conversation(`c${position}`, this.clock, position);
    const legs = ACCOUNTS.filter(() => this.roll(2) === 0).map(leg);
    this.put({ ...made, legs }, null, "conversation.created");
  }

  private leave(view: ConversationView): void {
    const position = this.next();
    this.conversations.delete(view.id);
    for (const [id, one] of this.messages) if (one.conversation === view.id) this.messages.delete(id);
    this.events.push({ kind: "left", position, at: this.clock, conversation: view.id, was: cellOf(view) });
  }

  private write(view: ConversationView): void {
    const position = this.next();
    const at = this.roll(6) === 0 ? this.clock - 500 : this.clock;
    const made = message(`m${position}`, view.id, position, at);
    this.messages.set(made.id, made);
    const waiting_since = view.waiting_since ?? at;
    const fresh = { ...view, position, last_at: this.clock, last_customer_position: position, waiting_since };
    this.put(fresh, cellOf(view), "message.created", { message: made });
  }

  private edit(view: ConversationView): void {
    const own = [...this.messages.values()].filter((one) => one.conversation === view.id);
    const old = own[this.roll(Math.max(1, own.length))];
    if (!old) return this.write(view);
    const position = this.next();
    const made = { ...old, text: `${old.text} v${position}`, edited_at: this.clock };
    this.messages.set(made.id, made);
    this.put({ ...view, position }, cellOf(view), "message.edited", { message: made });
  }

  private change(view: ConversationView): void {
    const position = this.next();
    const tags = TAGS.filter(() => this.roll(2) === 0);
    const status = STATUSES[this.roll(4)] ?? "open";
    const fresh = {
      ...view,
      position,
      status,
      snoozed_until: status === "snoozed" ? this.clock + 100 * this.roll(9) : null,
      assignee: AGENTS[this.roll(3)] ?? null,
      team: TEAMS[this.roll(2)] ?? null,
      tags,
      priority: this.roll(2) === 0 ? (4 as const) : (0 as const),
      waiting_since: this.roll(2) === 0 ? null : view.waiting_since,
    };
    this.put(fresh, cellOf(view), "conversation.changed", { changes: { status: [view.status, fresh.status] } });
  }

  /** The agent reads one of them, in whatever tab: what is told of it. */
  reads(): Record<string, number> {
    const known = [...this.conversations.values()];
    const it = known[this.roll(Math.max(1, known.length))];
    if (!it) return {};
    const mark = Math.max(this.marks.get(it.id) ?? 0, this.position - this.roll(3));
    this.marks.set(it.id, mark);
    return { [it.id]: mark };
  }

  counts(): CountView[] {
    const cells = new Map<string, CountView>();
    for (const { status, team, assignee, tags } of this.conversations.values()) {
      for (const tag of [null, ...tags]) {
        const key = JSON.stringify([status, team, assignee, tag]);
        const cell = cells.get(key) ?? { status, team, assignee, tag, n: 0 };
        cells.set(key, { ...cell, n: cell.n + 1 });
      }
    }
    return [...cells.values()];
  }

  inList(filter: Filter): ConversationView[] {
    return [...this.conversations.values()]
      .filter((view) => (filter.status === "any" ? view.status !== "spam" : view.status === filter.status))
      .filter((view) => filter.assignee === undefined || view.assignee === filter.assignee)
      .filter((view) => filter.tag === undefined || view.tags.includes(filter.tag))
      .filter((view) => (filter.tags ?? []).every((tag) => view.tags.includes(tag)))
      .filter((view) => filter.account === undefined || view.legs.some((one) => one.account === filter.account))
      .filter((view) => filter.priority === undefined || view.priority === filter.priority)
      .filter((view) => !filter.unread || (view.last_customer_position ?? 0) > (this.marks.get(view.id) ?? 0))
      .filter(
        ({ waiting_since: since }) =>
          filter.waiting_over === undefined || (since !== null && since < this.clock - filter.waiting_over),
      )
      .sort((a, b) => this.order(filter, a, b));
  }

  /** As the server's own statement says it. */
  private order(filter: Filter, a: ConversationView, b: ConversationView): number {
    const byActivity = b.last_at - a.last_at || (a.id < b.id ? 1 : -1);
    if (filter.sort === "wakes")
      return (a.snoozed_until ?? 0) - (b.snoozed_until ?? 0) || (a.id < b.id ? -1 : 1);
    if (filter.sort !== "waiting") return byActivity;
    if (a.waiting_since !== null && b.waiting_since !== null)
      return a.waiting_since - b.waiting_since || (a.id < b.id ? -1 : 1);
    return a.waiting_since !== null ? -1 : b.waiting_since !== null ? 1 : byActivity;
  }

  /** A page of a list as REST answers it: below a place, `limit` long. */
  page(filter: Filter, before: string | null, limit: number) {
    const place = before ? (JSON.parse(before) as ConversationView) : null;
    const below = this.inList(filter).filter(
      (view) => place === null || (view.id !== place.id && this.order(filter, place, view) < 0),
    );
    const conversations = below.slice(0, limit);
    const last = conversations[conversations.length - 1];
    const next = below.length > limit && last ? JSON.stringify(last) : null;
    const read = Object.fromEntries(conversations.map(({ id }) => [id, this.marks.get(id) ?? 0]));
    return { conversations, before: next, position: this.position, read };
  }

  history(of: string): MessageView[] {
    return [...this.messages.values()]
      .filter((one) => one.conversation === of)
      .sort((a, b) => a.at - b.at || a.position - b.position);
  }
}

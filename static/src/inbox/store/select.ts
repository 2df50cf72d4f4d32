// Questions that views ask of the state; pure, so that they are tested without a page.

import type {
  AccountView,
  AgentView,
  ConversationView,
  FilterView,
  LegView,
  LineView,
  MessageView,
  TagView,
} from "../../wire";
import { startOfDay } from "../../shared/time";
import { standingOf } from "./far";
import type { Ids } from "./ids";
import { belongs, isUnreadBy } from "./lists";
import { touched, withPending } from "./overlay";
import { readFilter } from "./narrow";
import type { Filter, List, Pending, State, Thread } from "./state";
import { earlier } from "./threads";

export function conversationOf(state: State, id: string): ConversationView | undefined {
  const view = state.conversations.get(id);
  return view && withPending(view, state.pending);
}

export function agentOf(state: State, id: string | null | undefined): AgentView | undefined {
  return state.directory.agents.find((agent) => agent.id === id);
}

export function tagsOf(state: State, view: ConversationView): TagView[] {
  const { tags } = state.directory;
  return view.tags.map((id) => tags.find((tag) => tag.id === id)).filter((tag): tag is TagView => tag !== undefined);
}

export function isUnread(state: State, view: ConversationView): boolean {
  return isUnreadBy(state, view);
}

/** Came into view by an event, and so old that its mark was not told: whether it is unread must be asked. */
export function isMarkUnknown(state: State, view: ConversationView): boolean {
  const newest = view.last_customer_position ?? 0;
  return newest > 0 && newest <= state.readAbove && state.readAbove < Infinity && !state.read.has(view.id);
}

/** A list's rows; what an act on its way takes out of it is gone in the same frame. */
export function rowsOf(state: State, list: List): Ids {
  const moved = state.pending.flatMap(touched).filter((id) => typeof id === "string");
  return list.ids.without(new Set(moved.filter((id) => !standsIn(state, id, list.filter))));
}

/** Does it stand in a list, as it is shown? */
export function standsIn(state: State, id: string, filter: Filter): boolean {
  const shown = state.pending.length === 0 ? standingOf(state.conversations, id) : conversationOf(state, id);
  return shown !== undefined && belongs(shown, filter, state);
}

/** Does this agent watch it? What is on its way counts; undefined: not asked yet. */
export function isWatching(state: State, conversation: string): boolean | undefined {
  const act = state.pending.findLast(
    (one) =>
      one.state === "waiting" &&
      (one.name === "watch" || one.name === "unwatch") &&
      one.args.conversation === conversation,
  );
  return act ? act.name === "watch" : state.watching.get(conversation);
}

export function legOf(view: ConversationView, id: string | null): LegView | undefined {
  return view.legs.find((leg) => leg.id === id);
}

export function accountOf(state: State, leg: LegView | undefined): AccountView | undefined {
  return leg && state.directory.accounts.find((account) => account.id === leg.account);
}

export type Tick = NonNullable<MessageView["delivery"]>;

/** The agent's choice about a message that is on its way to the server. */
export function choiceFor(pending: readonly Pending[], message: string): string | undefined {
  return pending.find((one) => one.state === "waiting" && one.args.message === message && CHOICES.has(one.name))?.name;
}

const CHOICES: ReadonlySet<string> = new Set(["send_again", "let_be", "fetch_again"]);

/** How far a public message of ours has come; null for everything else. A provider tells it of each message; on the web
 *  chat watermarks cover all before them. */
export function tickOf(view: ConversationView, message: MessageView, pending: readonly Pending[] = []): Tick | null {
  if (message.visibility !== "public" || message.author.kind === "customer") return null;
  if (message.delivery) return choiceFor(pending, message.id) === "send_again" ? "queued" : message.delivery;
  const leg = legOf(view, message.leg);
  if (!leg) return "sent";
  if (leg.read_to >= message.position) return "read";
  return leg.delivered_to >= message.position ? "delivered" : "sent";
}

export type Item =
  | { type: "day"; key: string; at: number }
  | { type: "line"; key: string; line: LineView }
  | { type: "fresh"; key: string }
  | { type: "message"; key: string; message: MessageView; opens: boolean; ends: boolean; tick: Tick | null }
  | { type: "pending"; key: string; pending: Pending; opens: boolean };

const GROUP_SPAN = 5 * 60_000; // ms between two bubbles that still belong together

function together(a: MessageView, b: MessageView): boolean {
  return (
    a.author.kind === b.author.kind &&
    a.author.id === b.author.id &&
    a.visibility === b.visibility &&
    a.leg === b.leg &&
    b.at - a.at < GROUP_SPAN &&
    startOfDay(a.at) === startOfDay(b.at)
  );
}

export interface ThreadQuestion {
  view: ConversationView;
  thread: Thread;
  pending: readonly Pending[];
  /** The read mark when the conversation was opened: above it stands the line "new". */
  readTo: number | null;
  /** Does this line say anything to people? */
  speaks: (line: LineView) => boolean;
}

/** Everything that is drawn in a conversation, in reading order. */
export function itemsOf({ view, thread, pending, readTo, speaks }: ThreadQuestion): Item[] {
  const items: Item[] = [];
  const lines = thread.lines.filter((line) => speaks(line) && (thread.before === null || isWithin(thread, line)));
  let day = -1;
  let fresh = false;
  let nextLine = 0;
  const openDay = (at: number) => {
    const start = startOfDay(at);
    if (start !== day) items.push({ type: "day", key: `day ${start}`, at });
    day = start;
  };
  const placeLines = (until: { at: number; position: number } | null) => {
    for (let line = lines[nextLine]; line && (!until || earlier(line, until) < 0); line = lines[++nextLine]) {
      openDay(line.at);
      items.push({ type: "line", key: `line ${line.position}`, line });
    }
  };
  for (const { message } of thread.rows) {
    placeLines(message);
    openDay(message.at);
    if (!fresh && readTo !== null && message.position > readTo && message.author.kind === "customer") {
      fresh = true;
      items.push({ type: "fresh", key: "fresh" });
    }
    const last = items[items.length - 1];
    const opens = !(last?.type === "message" && together(last.message, message));
    if (!opens && last?.type === "message") last.ends = false;
    items.push({ type: "message", key: message.id, message, opens, ends: true, tick: tickOf(view, message, pending) });
  }
  placeLines(null);
  for (const one of pending) {
    if ((one.name !== "reply" && one.name !== "note") || one.args.conversation !== view.id) continue;
    const last = items[items.length - 1];
    const opens = !(last?.type === "pending" && last.pending.name === one.name);
    items.push({ type: "pending", key: one.id, pending: one, opens });
  }
  return items;
}

function isWithin(thread: Thread, line: LineView): boolean {
  const first = thread.rows[0];
  return !first || line.at >= first.message.at;
}

/** What a saved view or a narrowed list means to this agent; parts that do not count are left out. */
export function filterOfView(state: State, sent: FilterView): Filter {
  const one = (said: string) => (said === "none" ? null : said === "me" ? (state.me?.id ?? null) : said);
  const [only, ...more] = sent.tags;
  return {
    status: sent.status,
    ...(sent.team !== null ? { team: one(sent.team) } : {}),
    ...(sent.assignee !== null ? { assignee: one(sent.assignee) } : {}),
    ...(only === undefined ? {} : more.length === 0 ? { tag: only } : { tags: sent.tags }),
    ...(sent.account !== null ? { account: sent.account } : {}),
    ...(sent.unread ? { unread: true } : {}),
    ...(sent.waiting_over !== null ? { waiting_over: sent.waiting_over } : {}),
    ...(sent.priority !== null ? { priority: sent.priority } : {}),
    ...(sent.status === "snoozed" ? { sort: "wakes" as const } : {}),
  };
}

export function filterOf(state: State, name: string, id?: string): Filter | null {
  switch (name) {
    case "mine":
      return state.me && { status: "open", assignee: state.me.id };
    case "unassigned":
      return { status: "open", assignee: null };
    case "all":
      return { status: "open" };
    case "snoozed":
      return { status: name, sort: "wakes" };
    case "closed":
    case "spam":
      return { status: name };
    case "team":
      return id ? { status: "open", team: id } : null;
    case "tag":
      return id ? { status: "open", tag: id } : null;
    case "account":
      return id ? { status: "open", account: id } : null;
    case "mentions":
    case "watched":
      return { status: "open", view: name };
    case "undelivered":
      return { status: "any", view: name };
    case "narrowed":
      return state.me && filterOfView(state, readFilter(id ?? ""));
    case "view": {
      const view = state.views?.find((one) => one.id === id);
      return view && state.me ? filterOfView(state, view.filter) : null;
    }
    default:
      return null;
  }
}

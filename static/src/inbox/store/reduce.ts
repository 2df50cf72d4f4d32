// Everything that changes what is known passes here: the server's frames, answers of REST, and this browser's own acts.

import type { AlongView, ContactView, ConversationPage, ConversationsPage, ConversationView, NoticesPage, PrivateView, ProblemView, SavedView, ToAgent } from "../../wire";
import { countsOf } from "./counts";
import { Draft } from "./draft";
import { applyEvent, learnContact, learnConversation } from "./events";
import { Ids } from "./ids";
import { ABOVE_ALL, boundOf, extended, isAsked, listKey, weighUnread, weighWaiting } from "./lists";
import { forgetIn, learnNotices, markNotices, takeNoticesPage } from "./notices";
import { type Away, type Connection, emptyState, type Filter, type List, NO_SIGNALS, type Pending, RETURNED_FOR, type State } from "./state";
import { joinPage, type Stretch, type ThreadPage } from "./threads";

/** What comes from elsewhere than the socket. `generation` is the one the question was asked in. */
export type Local =
  | { kind: "connection"; connection: Connection; retryAt: number | null }
  | { kind: "away"; away: Away }
  | { kind: "blocked"; blocked: boolean }
  | { kind: "list.asked"; filter: Filter }
  | { kind: "list.failed"; filter: Filter }
  | { kind: "views.loaded"; generation: number; views: readonly SavedView[] }
  | { kind: "clock"; now: number }
  | { kind: "list.page"; filter: Filter; generation: number; first: boolean; page: ConversationsPage }
  | { kind: "conversation.loaded"; generation: number; followedRound: number; page: ConversationPage }
  | {
      kind: "conversations.learned";
      generation: number;
      conversations: ConversationView[];
      position: number;
      read?: Record<string, number>;
    }
  | { kind: "contact.loaded"; contact: ContactView }
  | { kind: "thread.asked"; conversation: string }
  | { kind: "thread.failed"; conversation: string }
  | { kind: "thread.page"; conversation: string; generation: number; which: Stretch; page: ThreadPage }
  | { kind: "draft.kept"; conversation: string; mode: string; text: string }
  | { kind: "along.kept"; conversation: string; mode: string; along: AlongView | null }
  | { kind: "read.marked"; conversation: string; position: number }
  | { kind: "unread.marked"; conversation: string; position: number }
  | { kind: "unread.opened"; conversation: string }
  | { kind: "preferences.set"; values: Record<string, unknown> }
  | { kind: "availability.set"; availability: State["availability"] }
  | { kind: "notices.asked" }
  | { kind: "notices.failed" }
  | { kind: "notices.page"; generation: number; page: NoticesPage }
  | { kind: "notices.read"; ids: readonly string[] }
  | { kind: "notices.read_to"; position: number }
  | { kind: "back.seen" }
  | { kind: "rows.shown"; ids: readonly string[] }
  | { kind: "pending.added"; pending: Pending }
  | { kind: "pending.failed"; id: string; problem: ProblemView }
  | { kind: "pending.again"; id: string; args: Readonly<Record<string, unknown>>; epoch: string | null }
  | { kind: "pending.settled"; id: string; position: number | null }
  | { kind: "pending.dropped"; id: string };

export type Action = ToAgent | Local;

function withRows(onSite: ReadonlySet<string>, rows: Readonly<Record<string, boolean>>): ReadonlySet<string> {
  const next = new Set(onSite);
  for (const [id, here] of Object.entries(rows)) {
    if (here) next.add(id);
    else next.delete(id);
  }
  return next;
}

/** What is older is let go with the next one. */
function withReturned(before: ReadonlyMap<string, number>, id: string, now: number): ReadonlyMap<string, number> {
  const fresh = [...before].filter(([, at]) => now - at < RETURNED_FOR);
  return new Map([...fresh, [id, now]]);
}

export function reduce(state: State, action: Action, now: number = Date.now()): State {
  const draft = new Draft(state);
  apply(draft, action, now);
  return draft.state;
}

function apply(draft: Draft, action: Action, now: number): void {
  const { state } = draft;
  switch (action.kind) {
    case "hello":
      state.isOld = state.bundle !== null && state.bundle !== action.bundle;
      state.bundle ??= action.bundle;
      state.epoch = action.epoch;
      state.limits = action.limits;
      state.takesOnReply = action.assign_on_reply;
      state.skew = action.now - now;
      return;
    case "snapshot":
      startOver(draft);
      state.cursor = action.cursor;
      state.position = action.position;
      state.me = action.me;
      state.directory = action.directory;
      state.counts = countsOf(action.counts);
      learnPrivate(draft, action.private);
      return;
    case "events":
      for (const event of action.events) {
        if (event.position > state.position) applyEvent(draft, event);
        state.notices = forgetIn(state.notices, event);
      }
      state.cursor = action.cursor;
      state.position = Math.max(state.position, action.position);
      settlePending(draft);
      return;
    case "private":
      return learnPrivate(draft, action.private);
    case "signals":
      state.signals = {
        agents: action.agents ?? state.signals.agents,
        conversation: action.conversation ?? state.signals.conversation,
        toldAt: now,
      };
      if (action.back?.own) state.back = { ...action.back, toldAt: now };
      else if (action.back) state.returned = withReturned(state.returned, action.back.conversation, now);
      if (action.rows) state.onSite = withRows(state.onSite, action.rows);
      return;
    case "rows.shown": {
      const shown = new Set(action.ids);
      state.onSite = new Set([...state.onSite].filter((id) => shown.has(id)));
      return;
    }
    case "reset":
      state.cursor = null;
      return;
    case "result":
    case "problem":
      // Answers belong to who asked: commands/ reads them.
      return;
    case "connection":
      state.connection = action.connection;
      state.retryAt = action.retryAt;
      if (action.connection !== "online") {
        state.signals = NO_SIGNALS;
        state.onSite = new Set();
      }
      return;
    case "away":
      state.away = action.away;
      return;
    case "blocked":
      state.blocked = action.blocked;
      return;
    case "list.asked":
      return changeList(draft, action.filter, (list) => ({ ...list, phase: "asked" }));
    case "list.failed":
      return changeList(draft, action.filter, (list) => ({ ...list, phase: "failed" }));
    case "list.page":
      if (action.generation === state.generation) takeListPage(draft, action, now);
      return;
    case "views.loaded":
      if (action.generation === state.generation) state.views = action.views;
      return;
    case "clock":
      return weighWaiting(draft, action.now);
    case "conversation.loaded":
      if (action.generation !== state.generation) return;
      learnConversation(draft, action.page.conversation, action.page.position);
      learnContact(draft, action.page.contact, action.page.conversation.id);
      learnRead(draft, action.page.conversation.id, action.page.read);
      // What was told while the page was on its way is newer than what it says.
      if (action.followedRound === state.followedRound || !state.watching.has(action.page.conversation.id)) {
        draft.write("watching").set(action.page.conversation.id, action.page.watching);
      }
      if (!state.drafts.has(action.page.conversation.id)) {
        draft.write("drafts").set(action.page.conversation.id, action.page.drafts);
      }
      if (!state.along.has(action.page.conversation.id)) {
        draft.write("along").set(action.page.conversation.id, action.page.along);
      }
      return;
    case "conversations.learned":
      if (action.generation !== state.generation) return;
      for (const view of action.conversations) learnConversation(draft, view, action.position);
      for (const [id, position] of Object.entries(action.read ?? {})) learnRead(draft, id, position);
      return;
    case "contact.loaded":
      return learnContact(draft, action.contact);
    case "thread.asked":
      return changeThread(draft, action.conversation, "asked");
    case "thread.failed":
      return changeThread(draft, action.conversation, "failed");
    case "thread.page":
      if (action.generation !== state.generation) return;
      draft
        .write("threads")
        .set(action.conversation, joinPage(state.threads.get(action.conversation), action.page, action.which));
      return settlePending(draft);
    case "draft.kept":
      return keepDraft(draft, action.conversation, { [action.mode]: action.text });
    case "along.kept":
      return keepAlong(draft, action.conversation, { [action.mode]: action.along });
    case "read.marked":
      return markRead(draft, action.conversation, action.position);
    case "unread.marked":
      return markUnread(draft, action.conversation, action.position);
    case "unread.opened":
      state.keptUnread = new Set([...state.keptUnread].filter((id) => id !== action.conversation));
      return;
    case "preferences.set":
      state.preferences = { ...state.preferences, ...action.values };
      return;
    case "availability.set":
      state.availability = action.availability;
      return;
    case "notices.asked":
    case "notices.failed":
      state.notices = { ...state.notices, phase: action.kind === "notices.asked" ? "asked" : "failed" };
      return;
    case "notices.page":
      if (action.generation === state.generation) state.notices = takeNoticesPage(state.notices, action.page);
      return;
    case "notices.read": {
      const ids = new Set(action.ids);
      state.notices = markNotices(state.notices, (one) => ids.has(one.id));
      return;
    }
    case "notices.read_to":
      state.notices = markNotices(state.notices, (one) => one.position <= action.position);
      return;
    case "back.seen":
      state.back = null;
      return;
    case "pending.added":
      state.pending = [...state.pending.filter((one) => one.id !== action.pending.id), action.pending];
      return;
    case "pending.failed":
      return changePending(draft, action.id, { state: "failed", problem: action.problem });
    case "pending.again":
      return changePending(draft, action.id, {
        state: "waiting",
        problem: null,
        args: action.args,
        epoch: action.epoch,
      });
    case "pending.settled":
      if (action.position === null || action.position <= state.position) dropPending(draft, action.id);
      else changePending(draft, action.id, { settlesAt: action.position });
      return;
    case "pending.dropped":
      return dropPending(draft, action.id);
    default:
      return unknownAction(action);
  }
}

function unknownAction(action: never): void {
  console.warn("a frame this page does not know", action);
}

/** Everything that positions speak of goes; what this agent has not sent yet stays. */
function startOver(draft: Draft): void {
  const { state } = draft;
  const { limits, takesOnReply, connection, retryAt, away, bundle, isOld, epoch, skew, keptUnread, pending, generation } = state;
  Object.assign(state, emptyState(), {
    limits,
    takesOnReply,
    connection,
    retryAt,
    away,
    bundle,
    isOld,
    epoch,
    skew,
    keptUnread,
    generation: generation + 1,
    pending: pending.filter((one) => one.settlesAt === null),
  });
}

function learnPrivate(draft: Draft, told: PrivateView): void {
  // Told after a cut, a mark below the one known here was taken back meanwhile.
  const isWhole = told.read_above !== undefined;
  for (const [id, position] of Object.entries(told.read ?? {})) {
    if (isWhole && position < (draft.state.read.get(id) ?? 0)) markUnread(draft, id, position);
    else markRead(draft, id, position);
  }
  for (const [id, position] of Object.entries(told.unread ?? {})) markUnread(draft, id, position);
  draft.state.readAbove = told.read_above ?? draft.state.readAbove;
  for (const [id, drafts] of Object.entries(told.drafts ?? {})) keepDraft(draft, id, drafts);
  for (const [id, along] of Object.entries(told.along ?? {})) keepAlong(draft, id, along);
  if (told.preferences) draft.state.preferences = told.preferences;
  if (told.availability) draft.state.availability = told.availability;
  if (told.notices) draft.state.notices = learnNotices(draft.state.notices, told.notices);
  if (told.followed) draft.state.followed = told.followed;
  for (const [id, watched] of Object.entries(told.watching ?? {})) draft.write("watching").set(id, watched);
  if (told.changed?.includes("views")) draft.state.viewsRound++;
  if (told.followed || told.watching) draft.state.followedRound++;
}

function markRead(draft: Draft, conversation: string, position: number): void {
  if ((draft.state.read.get(conversation) ?? -1) >= position) return;
  draft.write("read").set(conversation, position);
  weighUnread(draft, conversation);
}

/** What a page tells may be older than the agent's word that it is unread. */
function learnRead(draft: Draft, conversation: string, position: number): void {
  const isKept = draft.state.keptUnread.has(conversation) && draft.state.read.has(conversation);
  if (!isKept) markRead(draft, conversation, position);
}

function markUnread(draft: Draft, conversation: string, position: number): void {
  draft.state.keptUnread = new Set([...draft.state.keptUnread, conversation]);
  draft.write("read").set(conversation, position);
  weighUnread(draft, conversation);
}

function keepDraft(draft: Draft, conversation: string, texts: Readonly<Record<string, string>>): void {
  draft.write("drafts").set(conversation, { ...draft.state.drafts.get(conversation), ...texts });
}

function keepAlong(draft: Draft, conversation: string, along: Readonly<Record<string, AlongView | null>>): void {
  draft.write("along").set(conversation, { ...draft.state.along.get(conversation), ...along });
}

function changeList(draft: Draft, filter: Filter, change: (list: List) => List): void {
  const key = listKey(filter);
  const fresh: List = { filter, ids: Ids.NONE, bound: ABOVE_ALL, before: null, phase: "asked" };
  draft.write("lists").set(key, change(draft.state.lists.get(key) ?? fresh));
}

function takeListPage(draft: Draft, action: Extract<Local, { kind: "list.page" }>, now: number): void {
  if (action.filter.waiting_over !== undefined) weighWaiting(draft, Math.max(draft.state.clock, now + draft.state.skew));
  for (const view of action.page.conversations) learnConversation(draft, view, action.page.position);
  // A page tells all marks of its conversations: without one means never read.
  for (const { id } of action.page.conversations) learnRead(draft, id, action.page.read[id] ?? 0);
  const list: List = {
    filter: action.filter,
    ids: Ids.NONE,
    bound: boundOf(action.page.conversations, action.page.before, action.filter),
    before: action.page.before,
    phase: "ready",
  };
  const former = action.first ? undefined : draft.state.lists.get(listKey(action.filter));
  const ids = extended(draft.state, list, former, action.page.conversations);
  draft.write("lists").set(listKey(action.filter), { ...list, ids });
  if (!isAsked(draft.state.lists)) draft.state.lately = new Map();
}

/** Histories kept; the ones longest unread go first. */
const THREADS = 40;

function changeThread(draft: Draft, conversation: string, phase: "asked" | "failed"): void {
  if (!draft.state.threads.has(conversation) && draft.state.threads.size >= THREADS) {
    const [oldest] = draft.state.threads.keys();
    if (oldest !== undefined) draft.write("threads").delete(oldest);
  }
  const thread = draft.state.threads.get(conversation) ?? { rows: [], lines: [], before: null, stale: 0 };
  draft.write("threads").set(conversation, { ...thread, phase });
}

function changePending(draft: Draft, id: string, change: Partial<Pending>): void {
  draft.state.pending = draft.state.pending.map((one) => (one.id === id ? { ...one, ...change } : one));
}

function dropPending(draft: Draft, id: string): void {
  draft.state.pending = draft.state.pending.filter((one) => one.id !== id);
}

/** An act leaves when the log shows it: by position, or by the message that carries its client id. */
function settlePending(draft: Draft): void {
  const { state } = draft;
  if (state.pending.length === 0) return;
  const arrived = new Set<string>();
  for (const one of state.pending) {
    const thread = state.threads.get(String(one.args.conversation ?? ""));
    if (thread?.rows.some((row) => row.message.client_id === one.id)) arrived.add(one.id);
  }
  const kept = state.pending.filter(
    (one) => !arrived.has(one.id) && (one.settlesAt === null || one.settlesAt > state.position),
  );
  if (kept.length !== state.pending.length) state.pending = kept;
}

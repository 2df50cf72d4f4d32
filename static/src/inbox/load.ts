// Reads from REST into the store: lists, conversations, histories. Every page goes through the reducers.

import type { ConversationPage, ConversationsPage, ConversationView, MessagesPage, NoticesPage } from "../wire";
import { ApiError, get } from "./api";
import { recallAlong } from "./commands/along";
import { recallDrafts } from "./commands/drafts";
import { dispatch, state } from "./store";
import { listKey } from "./store/lists";
import type { Action } from "./store/reduce";
import type { Filter } from "./store/state";
import type { Stretch } from "./store/threads";

const PAGE = 50;

/** Further down a reader is on the way somewhere: more at once then. */
const FURTHER = 100;

/** What is read anew is read as far as it was, up to this many rows. */
const ANEW = 500;

function queryOf(filter: Filter): Record<string, string> {
  return {
    ...(filter.view !== "undelivered" ? { status: filter.status } : {}),
    ...(filter.assignee !== undefined ? { assignee: filter.assignee ?? "none" } : {}),
    ...(filter.team !== undefined ? { team: filter.team ?? "none" } : {}),
    ...(filter.tag !== undefined ? { tag: filter.tag } : {}),
    ...(filter.tags !== undefined ? { tag: filter.tags.join() } : {}),
    ...(filter.account !== undefined ? { account: filter.account } : {}),
    ...(filter.unread ? { unread: "true" } : {}),
    ...(filter.waiting_over !== undefined ? { waiting_over: String(filter.waiting_over) } : {}),
    ...(filter.priority !== undefined ? { priority: String(filter.priority) } : {}),
    ...(filter.sort !== undefined ? { sort: filter.sort } : {}),
    ...(filter.view !== undefined ? { view: filter.view } : {}),
  };
}

const asking = new Set<string>();

/** One question of a kind at a time. After a snapshot it is another question: what was asked before answers nothing any more. */
async function once(kind: string, ask: (generation: number) => Promise<void>): Promise<void> {
  const { generation } = state.value;
  const key = `${generation} ${kind}`;
  if (asking.has(key)) return;
  asking.add(key);
  try {
    await ask(generation);
  } finally {
    asking.delete(key);
  }
}

/** Says that nothing came, unless what was asked for is gone by now. */
function failed(generation: number, action: Action): void {
  if (generation === state.value.generation) dispatch(action);
}

/** The first page, or with `more` the next one below what is there. */
export function loadList(filter: Filter, more = false): Promise<void> {
  return once(`list ${listKey(filter)}`, async (generation) => {
    const before = more ? (state.value.lists.get(listKey(filter))?.before ?? null) : null;
    dispatch({ kind: "list.asked", filter });
    try {
      const limit = more ? FURTHER : PAGE;
      const page = await get<ConversationsPage>("/conversations", { ...queryOf(filter), before, limit });
      dispatch({ kind: "list.page", filter, generation, first: !more, page });
    } catch {
      failed(generation, { kind: "list.failed", filter });
    }
  });
}

/** The same rows anew, quietly: what stands stays until the answer has come, and where none comes. */
export function renewList(filter: Filter): Promise<void> {
  return once(`list ${listKey(filter)}`, async (generation) => {
    const list = state.value.lists.get(listKey(filter));
    if (list?.phase !== "ready" || list.ids.length > ANEW) return;
    const limit = Math.max(PAGE, list.ids.length);
    const page = await get<ConversationsPage>("/conversations", { ...queryOf(filter), limit }).catch(() => null);
    if (page) dispatch({ kind: "list.page", filter, generation, first: true, page });
  });
}

const asked = new Map<string, Promise<string | null>>();

/** Whoever asks while it is on its way has the same answer: opening asks for the conversation, its person's side too. */
export function loadConversation(idOrNumber: string): Promise<string | null> {
  const key = `${state.value.generation} ${idOrNumber}`;
  const there = asked.get(key) ?? askConversation(idOrNumber).finally(() => asked.delete(key));
  asked.set(key, there);
  return there;
}

function askConversation(idOrNumber: string): Promise<string | null> {
  const { generation, followedRound } = state.value;
  return get<ConversationPage>(`/conversations/${encodeURIComponent(idOrNumber)}`).then((page) => {
    dispatch({ kind: "conversation.loaded", generation, followedRound, page });
    recallDrafts(page.conversation.id);
    recallAlong(page.conversation.id);
    return page.conversation.id;
  });
}

/** Up to where an old conversation has been read that came into view by an event: its mark was not told. */
export function loadMark(conversation: string): Promise<void> {
  return once(`mark ${conversation}`, async () => {
    await loadConversation(conversation).catch(() => undefined);
  });
}

export function loadThread(conversation: string, older = false): Promise<void> {
  const before = older ? (state.value.threads.get(conversation)?.before ?? null) : null;
  return loadStretch(conversation, older ? "older" : "newest", { before });
}

/** Towards the end, when a link led into the middle. */
export function loadNewer(conversation: string): Promise<void> {
  return loadStretch(conversation, "newer", { after: state.value.threads.get(conversation)?.after ?? null });
}

/** The stretch around a message, instead of what is there. */
export function loadAround(conversation: string, message: string): Promise<void> {
  return loadStretch(conversation, "around", { around: message });
}

function loadStretch(conversation: string, which: Stretch, where: Record<string, string | null>): Promise<void> {
  return once(`thread ${conversation}`, async (generation) => {
    dispatch({ kind: "thread.asked", conversation });
    try {
      const page = await get<MessagesPage>(`/conversations/${conversation}/messages`, { ...where, limit: PAGE });
      dispatch({ kind: "thread.page", conversation, generation, which, page });
    } catch (error) {
      failed(generation, { kind: "thread.failed", conversation });
      if (!(error instanceof ApiError)) throw error;
    }
  });
}

/** Before it is opened (hovered, chosen by key): so that opening shows it in the same frame. */
export function prefetch(view: ConversationView): void {
  const thread = state.value.threads.get(view.id);
  if (!thread) void loadThread(view.id);
  if (!state.value.contacts.has(view.contact.id)) void loadConversation(view.id).catch(() => undefined);
}

const RESTS = 60; // ms a pointer rests on a row that may be opened; rows that scroll by under it are let go
let soon: ReturnType<typeof setTimeout> | undefined;

export function prefetchSoon(view: ConversationView): void {
  clearTimeout(soon);
  soon = setTimeout(() => prefetch(view), RESTS);
}

export function prefetchNone(): void {
  clearTimeout(soon);
}

export function loadPast(contact: string): Promise<ConversationsPage> {
  const { generation } = state.value;
  return get<ConversationsPage>(`/contacts/${contact}/conversations`).then((page) => {
    dispatch({
      kind: "conversations.learned",
      generation,
      conversations: page.conversations,
      position: page.position,
      read: page.read,
    });
    return page;
  });
}

/** Older notices; the first question also says where they go on. */
export function loadNotices(): Promise<void> {
  return once("notices", async (generation) => {
    const { notices } = state.value;
    dispatch({ kind: "notices.asked" });
    try {
      const page = await get<NoticesPage>("/notices", { before: notices.before, limit: PAGE });
      dispatch({ kind: "notices.page", generation, page });
    } catch {
      failed(generation, { kind: "notices.failed" });
    }
  });
}

// One fact of the log applied to what is known. A kind that this file does not name breaks the compile.

import type { AgentEvent, ContactView, ConversationView, DirectoryView } from "../../wire";
import { moveCounts } from "./counts";
import type { Draft } from "./draft";
import { idsOf, standingOf } from "./far";
import { isAsked, replace } from "./lists";
import { distrustThreads, dropMessage, placeLine, placeMessage } from "./threads";

/** Takes a conversation's form in unless a newer one is known, or it went from view later than this. */
export function learnConversation(draft: Draft, view: ConversationView, asOf: number): void {
  const before = standingOf(draft.state.conversations, view.id);
  if (before && before.position >= view.position) return;
  const goneAt = draft.state.gone.get(view.id);
  if (goneAt !== undefined) {
    if (goneAt >= asOf) return;
    draft.write("gone").delete(view.id);
  }
  replace(draft, before, view);
  if (isAsked(draft.state.lists)) draft.write("lately").set(view.id, view.position);
}

/** `seenIn`: a conversation told in the same answer. Where that one calls them so already, all do: what changed since is
 *  still to come as an event, and a hundred thousand conversations need not be looked through for each that is opened. */
export function learnContact(draft: Draft, view: ContactView, seenIn?: string): void {
  const before = draft.state.contacts.get(view.id);
  if (before && before.position > view.position) return;
  draft.write("contacts").set(view.id, view);
  const ref = { id: view.id, name: view.name, blocked: view.blocked_at !== null, erased: view.erased_at !== null };
  const seen = seenIn === undefined ? undefined : draft.state.conversations.get(seenIn);
  if (seen?.contact.id === view.id && sameRef(seen.contact, ref)) return;
  for (const id of idsOf(view.id, draft.state.conversations)) {
    const known = draft.state.conversations.get(id);
    if (known && !sameRef(known.contact, ref)) draft.write("conversations").set(id, { ...known, contact: ref });
  }
}

function sameRef(a: ConversationView["contact"], b: ConversationView["contact"]): boolean {
  return a.name === b.name && a.blocked === b.blocked && a.erased === b.erased;
}

function forget(draft: Draft, conversation: string, at: number): void {
  const before = standingOf(draft.state.conversations, conversation);
  if (before) replace(draft, before, null);
  draft.write("gone").set(conversation, at);
  draft.write("threads").delete(conversation);
}

/** I am one of those in it: a new name or picture of mine is shown wherever I am. */
function learnDirectory(draft: Draft, directory: DirectoryView): void {
  const { state } = draft;
  state.directory = directory;
  state.me = directory.agents.find((agent) => agent.id === state.me?.id) ?? state.me;
}

export function applyEvent(draft: Draft, event: AgentEvent): void {
  moveCounts(draft, event.was ?? null, event.now ?? null);
  if (event.kind === "left") {
    if (event.conversation !== undefined) forget(draft, event.conversation, event.position);
    return;
  }
  if (event.summary) learnConversation(draft, event.summary, event.position);
  if (event.contact) learnContact(draft, event.contact);
  if (event.directory) learnDirectory(draft, event.directory);
  if (event.message) placeMessage(draft, event.message, event.position);
  switch (event.kind) {
    case "message.created":
    case "message.edited":
    case "message.erased":
    case "message.held":
    case "message.files":
    case "leg.seen":
    case "directory.changed":
      return;
    case "message.delivery":
      // What became of it is the message's own; what an agent chose is told, as the audit has it.
      if (event.changes?.choice !== undefined) placeLine(draft, event);
      return;
    case "leg.consent":
      placeLine(draft, event);
      return;
    case "setting.changed":
      if (event.changes?.what === "view") draft.state.viewsRound++;
      return;
    case "message.undone":
      dropMessage(draft, event.subject ?? "");
      placeLine(draft, event);
      return;
    case "conversation.created":
    case "conversation.changed":
    case "contact.changed":
      placeLine(draft, event);
      return;
    case "conversation.merged":
    case "conversation.split":
    case "merge.undone":
    case "contact.merged":
    case "contact.split":
    case "contact.erased":
      placeLine(draft, event);
      distrustThreads(draft, event.position);
      return;
    default:
      return unknownKind(event.kind);
  }
}

function unknownKind(kind: never): void {
  console.warn("an event this page does not know", kind);
}

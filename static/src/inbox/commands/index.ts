// What an agent can do, by name. Views call these and nothing below them.

import type { ActsSent, AttachmentView, ConversationView } from "../../wire";
import { dispatch, state } from "../store";
import type { Mode } from "../store/state";
import { sayLatest } from "./latest";
import { undoSeconds } from "./held";
import { act } from "./outbox";
import { stopTyping } from "./signals";

export interface Words {
  text: string;
  files: readonly AttachmentView[];
  /** The position up to which the agent had seen the conversation. */
  seen: number;
  leg: string | null;
  replyTo: string | null;
  /** The macro it was begun with, and what is done with the send: what the agent has left of what the macro does. */
  macro?: string | null;
  acts?: ActsSent | null;
  /** Agents and teams that a note names. */
  mentions?: readonly string[];
}

export function say(conversation: string, mode: Mode, words: Words): void {
  stopTyping();
  const attachments = words.files.map((file) => file.id);
  const along = {
    ...(words.macro ? { macro: words.macro } : {}),
    ...(words.acts ? { actions: words.acts } : {}),
    ...(words.mentions?.length ? { mentions: words.mentions } : {}),
  };
  if (mode === "note") void act("note", { conversation, text: words.text, attachments, ...along }, words.files);
  else {
    void act(
      "reply",
      {
        conversation,
        text: words.text,
        attachments,
        seen: words.seen,
        ...(undoSeconds() > 0 ? { hold: undoSeconds() * 1000 } : {}),
        ...(words.leg ? { leg: words.leg } : {}),
        ...(words.replyTo ? { reply_to: words.replyTo } : {}),
        ...along,
      },
      words.files,
    );
  }
}

/** Does what the agent has left of what a macro does, without writing anything. */
export const runMacro = (conversation: string, macro: string, actions: ActsSent) =>
  act("run_macro", { conversation, macro, actions });

export const assign = (conversation: string, agent: string | null) => act("assign", { conversation, agent });
export const setTeam = (conversation: string, team: string | null) => act("set_team", { conversation, team });
export const close = (conversation: string) => act("close", { conversation });
export const reopen = (conversation: string) => act("reopen", { conversation });
export const snooze = (conversation: string, until: number) => act("snooze", { conversation, until });
export const markSpam = (conversation: string) => act("mark_spam", { conversation });
export const unmarkSpam = (conversation: string) => act("unmark_spam", { conversation });
export const tag = (conversation: string, add: string[], remove: string[]) => act("tag", { conversation, add, remove });
export const setSubject = (conversation: string, subject: string) => act("set_subject", { conversation, subject });
export const setPriority = (conversation: string, priority: number) => act("set_priority", { conversation, priority });
export const setAttributes = (conversation: string, values: Record<string, unknown>) =>
  act("set_attributes", { conversation, values });
export const switchLeg = (conversation: string, leg: string) => act("switch_leg", { conversation, leg });
export const editMessage = (message: string, text: string) => act("edit_message", { message, text });
export const eraseMessage = (message: string) => act("erase_message", { message });
export const merge = (conversation: string, into: string) => act("merge", { conversation, into });
export const split = (conversation: string, messages: string[]) => act("split", { conversation, messages });
export const mergeContacts = (contact: string, into: string) => act("merge_contacts", { contact, into });
export const splitContact = (contact: string, identities: string[]) => act("split_contact", { contact, identities });
export const undoMerge = (id: string) => act("undo_merge", { merge: id });
export const updateContact = (contact: string, change: Record<string, unknown>) =>
  act("update_contact", { contact, ...change });
export const block = (contact: string) => act("block", { contact });
export const unblock = (contact: string) => act("unblock", { contact });
export const watch = (conversation: string) => act("watch", { conversation });
export const unwatch = (conversation: string) => act("unwatch", { conversation });
export const eraseContact = (contact: string) => act("erase_contact", { contact });

export async function makeTag(name: string, colour: string): Promise<string> {
  const value = await act("make_tag", { name, colour });
  const made = value.tag as { id: string } | string;
  return typeof made === "string" ? made : made.id;
}

/** Writes first, on an account that may; the new conversation's number. */
export async function start(account: string, identity: string, text: string): Promise<number> {
  const value = await act("start", { account, identity, text });
  return (value.conversation as ConversationView).number;
}

const READ_GATHER = 300; // ms

/** Everything up to `position` was on the screen of a page somebody looked at. */
export function markRead(conversation: string, position: number): void {
  if ((state.value.read.get(conversation) ?? 0) >= position) return;
  dispatch({ kind: "read.marked", conversation, position });
  sayLatest(`read ${conversation}`, "mark_read", { conversation, position }, READ_GATHER);
}

export function setPreferences(values: Record<string, unknown>): void {
  dispatch({ kind: "preferences.set", values });
  sayLatest("preferences", "set_preferences", { values: { ...state.value.preferences, ...values } }, 0);
}

export function readNotices(ids: readonly string[]): void {
  if (ids.length === 0) return;
  dispatch({ kind: "notices.read", ids });
  sayLatest(`notices ${ids.join(" ")}`, "read_notices", { notices: ids }, 0);
}

/** Everything that is shown: what comes meanwhile stays unread. */
export function readAllNotices(): void {
  const position = Math.max(0, ...state.value.notices.items.map((one) => one.position));
  dispatch({ kind: "notices.read_to", position });
  sayLatest("notices", "read_notices", { to: position }, 0);
}

/** By hand, until another word; the latest one is said again after a cut. */
export function setAvailability(availability: "online" | "away" | "busy"): void {
  dispatch({ kind: "availability.set", availability });
  sayLatest("availability", "set_availability", { availability }, 0);
}

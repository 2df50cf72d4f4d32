// What an agent can do, by name. Views call these and nothing below them.

import type { ActsSent, AttachmentView, CodeSent, Confirmed, ConversationView, TemplateSent } from "../../wire";
import { dispatch, state } from "../store";
import type { Mode } from "../store/state";
import { sayLatest } from "./latest";
import { draftOf, keepDraft } from "./drafts";
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
  /** To whom it goes, under which subject: what its author says of it. */
  letter?: Readonly<Record<string, unknown>>;
  /** When it is to go, ms; else after the moment in which it can be taken back. */
  at?: number;
}

export function say(conversation: string, mode: Mode, words: Words): void {
  stopTyping();
  const attachments = words.files.map((file) => file.id);
  const along = {
    ...(words.macro ? { macro: words.macro } : {}),
    ...(words.acts ? { actions: words.acts } : {}),
    ...(words.mentions?.length ? { mentions: words.mentions } : {}),
  };
  if (mode === "note") void act("note", { conversation, text: words.text, attachments, ...along }, { files: words.files });
  else {
    void act(
      "reply",
      {
        conversation,
        text: words.text,
        attachments,
        seen: words.seen,
        ...(words.at ? { at: words.at } : undoSeconds() > 0 ? { hold: undoSeconds() * 1000 } : {}),
        ...words.letter,
        ...(words.leg ? { leg: words.leg } : {}),
        ...(words.replyTo ? { reply_to: words.replyTo } : {}),
        ...along,
      },
      { files: words.files },
    );
  }
}

export interface TemplateWords {
  template: TemplateSent;
  /** As it reads when it is filled, for the row until the server has it. */
  words: string;
  seen: number;
  leg: string;
}

export function sayTemplate(conversation: string, { template, words, seen, leg }: TemplateWords): void {
  const hold = undoSeconds() > 0 ? { hold: undoSeconds() * 1000 } : {};
  void act("reply", { conversation, template, seen, leg, ...hold }, { words });
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
/** Goes on by another account or address of the same person; the leg is made where there is none. */
export const openWay = (conversation: string, account: string, identity: string) =>
  act("open_way", { conversation, account, identity });
/** Words with a link by which she goes on there, at the end of what is being written. */
export async function invite(conversation: string, account: string): Promise<void> {
  const { text } = await act("invite", { conversation, account });
  keepDraft(conversation, "public", [draftOf(conversation, "public"), String(text)].filter(Boolean).join("\n"));
}
export const editMessage = (message: string, text: string) => act("edit_message", { message, text });
export const eraseMessage = (message: string) => act("erase_message", { message });
/** What is decided of a message whose fate is bad or unknown: it goes once more; it stays as it is. */
export const sendAgain = (message: string) => act("send_again", { message });
export const letBe = (message: string) => act("let_be", { message });
/** Her files that did not come are asked for once more. */
export const fetchAgain = (message: string) => act("fetch_again", { message });
/** An admin's word that the provider takes our credentials again. */
export const resumeAccount = (account: string) => act("resume_account", { account });
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

/** A code goes to a number; of which proof it is told, and how the number is written. */
export const sendCode = (conversation: string, account: string, address: string) =>
  act("send_code", { conversation, account, address }) as Promise<unknown> as Promise<CodeSent>;
/** The code that was told. */
export const confirmCode = (proof: string, code: string) =>
  act("confirm_code", { proof, code }) as Promise<unknown> as Promise<Confirmed>;

export async function makeTag(name: string, colour: string): Promise<string> {
  const value = await act("make_tag", { name, colour });
  const made = value.tag as { id: string } | string;
  return typeof made === "string" ? made : made.id;
}

/** To a known identity, or to a number that was typed. */
export type Addressee = { identity: string } | { address: string };

/** What is said first, and where it is a mail, what stands around it. */
export type Beginning = { template: TemplateSent } | { text: string; attachments?: readonly string[]; [said: string]: unknown };

/** Writes first, on an account that may; the new conversation's number. */
export async function start(account: string, to: Addressee, what: Beginning): Promise<number> {
  const value = await act("start", { account, ...to, ...what });
  return (value.conversation as ConversationView).number;
}

/** A copy of what was said, to somebody who took part. */
export const sendTranscript = (conversation: string, account: string, address: string) =>
  act("send_transcript", { conversation, account, address });

/** It is worked in a thread of that channel, too; and no longer. */
export const pullOut = (conversation: string, place: string, channel: string) =>
  act("pull_out", { conversation, place, channel });
export const giveBack = (conversation: string, place: string) => act("give_back", { conversation, place });
/** By it the agent's account there is made known here, once. */
export const makeLinkCode = (place: string) =>
  act("make_link_code", { place }) as Promise<unknown> as Promise<{ code: string; until: number }>;
export const unlinkOutside = (place: string) => act("unlink_outside", { place });

const READ_GATHER = 300; // ms

/** Everything up to `position` was on the screen of a page somebody looked at. */
export function markRead(conversation: string, position: number): void {
  if (state.value.keptUnread.has(conversation)) return;
  if ((state.value.read.get(conversation) ?? 0) >= position) return;
  dispatch({ kind: "read.marked", conversation, position });
  sayLatest(`read ${conversation}`, "mark_read", { conversation, position }, READ_GATHER);
}

/** Everything above `position` is unread to this agent again, until the conversation is opened anew. */
export function markUnread(conversation: string, position: number): void {
  dispatch({ kind: "unread.marked", conversation, position });
  sayLatest(`read ${conversation}`, "mark_unread", { conversation, position }, 0);
}

/** It is opened, or its mark is taken back: looking at it reads it again. */
export function readAgain(conversation: string): void {
  if (state.value.keptUnread.has(conversation)) dispatch({ kind: "unread.opened", conversation });
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

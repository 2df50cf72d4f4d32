// What an act will have made of a conversation, shown before the server has answered.

import type { ActsSent, ConversationView } from "../../wire";
import type { Pending } from "./state";

function asText(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function asList(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

/** Acts on many, as the server does them to each. */
function imagineBulk(view: ConversationView, actions: ActsSent, at: number): ConversationView {
  const { assignee, team, status, snooze_for, priority, tags_add = [], tags_remove = [] } = actions;
  const named = (value: string) => (value === "none" ? null : value);
  return {
    ...view,
    ...(assignee ? { assignee: named(assignee) } : {}),
    ...(team ? { team: named(team) } : {}),
    ...(status ? { status: status as ConversationView["status"], snoozed_until: null } : {}),
    ...(status === "snoozed" && snooze_for ? { snoozed_until: at + snooze_for } : {}),
    ...(priority != null ? { priority: priority as ConversationView["priority"] } : {}),
    tags: [...new Set([...view.tags, ...tags_add])].filter((tag) => !tags_remove.includes(tag)),
  };
}

/** The conversations that an act is about. */
export function touched({ args }: Pending): readonly unknown[] {
  return Array.isArray(args.conversations) ? args.conversations : [args.conversation];
}

function imagine(view: ConversationView, { name, args, at }: Pending): ConversationView {
  switch (name) {
    case "bulk":
      return imagineBulk(view, args.actions as ActsSent, at);
    case "assign":
      return { ...view, assignee: asText(args.agent) };
    case "set_team":
      return { ...view, team: asText(args.team) };
    case "close":
      return { ...view, status: "closed", snoozed_until: null };
    case "reopen":
    case "unmark_spam":
      return { ...view, status: "open", snoozed_until: null };
    case "snooze":
      return { ...view, status: "snoozed", snoozed_until: Number(args.until) };
    case "mark_spam":
      return { ...view, status: "spam" };
    case "set_subject":
      return { ...view, subject: asText(args.subject) ?? "" };
    case "set_priority":
      return { ...view, priority: args.priority as ConversationView["priority"] };
    case "switch_leg":
      return { ...view, leg: asText(args.leg) };
    case "set_attributes":
      return { ...view, attributes: { ...view.attributes, ...(args.values as Record<string, unknown>) } };
    case "tag": {
      const removed = asList(args.remove);
      return {
        ...view,
        tags: [...new Set([...view.tags, ...asList(args.add)])].filter((tag) => !removed.includes(tag)),
      };
    }
    default:
      return view;
  }
}

/** The conversation as it will be once the acts on their way have arrived; failed ones no longer count. */
export function withPending(view: ConversationView, pending: readonly Pending[]): ConversationView {
  let shown = view;
  for (const one of pending) {
    if (one.state === "waiting" && touched(one).includes(view.id)) shown = imagine(shown, one);
  }
  return shown;
}

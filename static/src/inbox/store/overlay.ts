// What an act will have made of a conversation, shown before the server has answered.

import type { ConversationView } from "../../wire";
import type { Pending } from "./state";

function asText(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function asList(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

function imagine(view: ConversationView, { name, args }: Pending): ConversationView {
  switch (name) {
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
    if (one.state === "waiting" && one.args.conversation === view.id) shown = imagine(shown, one);
  }
  return shown;
}

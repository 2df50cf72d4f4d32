// What an act in a conversation's history says to people. An act without words here is not drawn.

import { lists } from "../../../shared/formats";
import { exact } from "../../../shared/time";
import type { ConversationView, LineView } from "../../../wire";
import { known } from "../../store";
import { accountOf, agentOf, legOf } from "../../store/select";
import { language, t, type WordKey } from "../../words";
import { actorName, attributeLabel, customerName } from "../names";

type Change = readonly [unknown, unknown];

function asChange(value: unknown): Change | null {
  return Array.isArray(value) && value.length === 2 ? [value[0], value[1]] : null;
}

function asIds(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function agentName(id: unknown): string {
  return agentOf(known, String(id))?.name ?? t("somebody");
}

function teamName(id: unknown): string {
  return known.directory.teams.find((team) => team.id === id)?.name ?? t("some_team");
}

function tagNames(ids: readonly string[]): string {
  const { tags } = known.directory;
  const names = ids.map((id) => tags.find((tag) => tag.id === id)?.name ?? t("some_tag"));
  return listed(names);
}

function listed(names: readonly string[]): string {
  return lists(language.value).format(names);
}

/** The channel that a leg goes by. */
function channelName(view: ConversationView | undefined, leg: unknown): string | null {
  const account = view && accountOf(known, legOf(view, String(leg)));
  return account ? account.label[language.value] : null;
}

/** What the fields are called that were changed; a field that is no more has no name. */
function fieldNames(keys: readonly string[]): string {
  const defined = known.directory.attributes.filter((one) => one.target === "conversation");
  const labels = keys.flatMap((key) => defined.filter((one) => one.key === key).map(attributeLabel));
  return listed(labels);
}

/** To whom a conversation went: joined with somebody, or parted and given back. */
function movedWords({ changes, names = {} }: LineView, name: string): string {
  const [one, other] = asIds(changes.contacts).map((id) => names[id] ?? known.contacts.get(id)?.name);
  if (other === undefined || (one === undefined && changes.why === "merged")) return t("line.moved", { name });
  const called = { name, one: one || t("contact.unnamed"), other: other || t("contact.unnamed") };
  return t(changes.why === "merged" ? "line.joined" : "line.moved_to", called);
}

/** A code word came from a number that another contact has: said where it was shown, and where it landed. */
function strayedWords(line: LineView): string {
  const way = "into" in line.changes ? "line.word_into" : "line.word_from";
  const number = otherNumber(line);
  return number === null ? t(`${way}_unseen`) : t(way, { other: `#${number}` });
}

/** A message that no person wrote did not go; `why` says for which of the reasons that have words. */
function stoppedWords(why: unknown): string {
  if (why === "automatic_quiet") return t("line.automatic_quiet");
  return t(why === "automatic_often" ? "line.automatic_often" : "line.automatic");
}

function fieldWords(fields: readonly string[], name: string): string[] {
  if (fields.includes("subject")) return [t("line.subject", { name })];
  if (fields.includes("erased")) return [t("line.erased", { name })];
  if (fields.includes("transcript")) return [t("line.transcript", { name })];
  if (fields.length === 0) return [];
  const labels = fieldNames(fields);
  return [labels ? t("line.fields", { name, fields: labels }) : t("line.attributes", { name })];
}

function statusWords(line: LineView, [before, after]: Change, name: string): string {
  switch (after) {
    case "closed":
      return t("line.closed", { name });
    case "spam":
      return t("line.spam", { name });
    case "snoozed": {
      const until = Number(line.changes.until);
      return until
        ? t("line.snoozed_until", { name, until: exact(until, language.value) })
        : t("line.snoozed", { name });
    }
    default:
      if (before === "snoozed" && line.actor.kind === "system") return t("line.woke");
      if (line.actor.kind === "customer") return t("line.reopened_by_customer", { name });
      return before === "spam" ? t("line.unspam", { name }) : t("line.reopened", { name });
  }
}

/** Who did it; a customer who has not said a name as her row calls her. */
function nameOf({ actor }: LineView, view: ConversationView | undefined): string {
  return view && actor.kind === "customer" && !actor.name ? customerName(view) : actorName(actor);
}

function changeWords(line: LineView, view: ConversationView | undefined): string[] {
  const name = nameOf(line, view);
  const { changes } = line;
  const said: string[] = [];
  const status = asChange(changes.status);
  if (status) said.push(statusWords(line, status, name));
  const assignee = asChange(changes.assignee);
  if (assignee) {
    const [, to] = assignee;
    if (to === null) said.push(t("line.unassigned", { name }));
    else if (to === line.actor.id) said.push(t("line.took", { name }));
    else said.push(t("line.assigned", { name, agent: agentName(to) }));
  }
  const team = asChange(changes.team);
  if (team)
    said.push(team[1] === null ? t("line.no_team", { name }) : t("line.team", { name, team: teamName(team[1]) }));
  const added = asIds(changes.tags_added);
  if (added.length) said.push(t("line.tagged", { name, tags: tagNames(added) }));
  const removed = asIds(changes.tags_removed);
  if (removed.length) said.push(t("line.untagged", { name, tags: tagNames(removed) }));
  const priority = asChange(changes.priority);
  if (priority) said.push(t("line.priority", { name, priority: t(`priority.${Number(priority[1])}` as WordKey) }));
  for (const key of ["pulled", "given_back"] as const)
    if (changes[key]) {
      const told = { name, channel: String(changes.channel), why: String(changes.why) };
      said.push(t(changes.why ? "line.given_back_why" : `line.${key}`, told));
    }
  const leg = asChange(changes.leg);
  if (leg) {
    const channel = channelName(view, leg[1]);
    said.push(channel ? t("line.leg_to", { name, channel }) : t("line.leg", { name }));
  }
  const fields = asIds(changes.fields);
  said.push(...(fields.includes("contact") ? [movedWords(line, name)] : fieldWords(fields, name)));
  return said;
}

/** Whether she wants messages: by her own word, or as the provider told it. */
function consentWords(line: LineView, view: ConversationView | undefined): string {
  const channel = channelName(view, line.subject) ?? t("line.this_channel");
  if (line.actor.kind !== "customer") return t("line.provider_opted_out", { channel });
  const name = nameOf(line, view);
  return t(line.changes.opted_out === true ? "line.opted_out" : "line.opted_in", { name, channel });
}

/** What an agent chose about a message whose fate was bad or unknown. */
function choiceWords({ actor, changes }: LineView): string {
  return t(changes.choice === "again" ? "audit.sent_again" : "audit.let_be", { name: actorName(actor) });
}

const PLAIN: Readonly<Record<string, WordKey>> = {
  "conversation.created": "line.created",
  "conversation.merged": "line.merged",
  "conversation.split": "line.split",
  "merge.undone": "line.undone",
  "message.undone": "line.took_back",
  "contact.merged": "line.contact_merged",
  "contact.split": "line.contact_split",
  "contact.erased": "line.erased",
};

const WAYS: Readonly<Record<string, Readonly<Record<"from" | "into", WordKey>>>> = {
  "conversation.merged": { from: "line.merged_from", into: "line.merged_into" },
  "conversation.split": { from: "line.split_from", into: "line.split_into" },
};

/** The number of the conversation that this one was merged with or parted from, as far as it may be known. */
export function otherNumber({ changes, numbers = {} }: LineView): number | null {
  const id = String(changes.from ?? changes.into);
  return numbers[id] ?? known.conversations.get(id)?.number ?? null;
}

/** The words of a line; null where it says nothing to people. */
export function lineWords(line: LineView, view?: ConversationView): string | null {
  if (line.kind === "conversation.changed") {
    const fields = asIds(line.changes.fields);
    if (fields.includes("word")) return strayedWords(line);
    if (fields.includes("automatic")) return stoppedWords(line.changes.why);
    return changeWords(line, view).join(" · ") || null;
  }
  if (line.kind === "conversation.created" && (line.actor.kind === "agent" || line.actor.kind === "token"))
    return t("line.began", { name: actorName(line.actor) });
  const number = otherNumber(line);
  const way = WAYS[line.kind]?.["from" in line.changes ? "from" : "into"];
  if (way && number !== null) return t(way, { name: nameOf(line, view), other: `#${number}` });
  if (line.kind === "leg.consent") return consentWords(line, view);
  if (line.kind === "message.delivery") return line.changes.choice === undefined ? null : choiceWords(line);
  if (line.kind === "contact.merged" && line.actor.kind === "customer")
    return t("line.contact_came", { name: actorName(line.actor) });
  const key = PLAIN[line.kind];
  return key ? t(key, { name: nameOf(line, view) }) : null;
}

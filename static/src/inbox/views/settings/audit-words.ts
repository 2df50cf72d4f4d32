// What each line of the audit says to people; a kind this page does not know is named as it stands.

import { lists } from "../../../shared/formats";
import type { AuditLine } from "../../../wire";
import { known } from "../../store";
import { agentOf } from "../../store/select";
import { count, language, t, type WordKey } from "../../words";
import { lineWords } from "../conversation/lines";
import { actorName, attributeLabel } from "../names";

/** What stands in the audit, in the order of the filter's list. */
export const KINDS = [
  "conversation.created",
  "conversation.changed",
  "conversation.merged",
  "conversation.split",
  "merge.undone",
  "message.edited",
  "message.erased",
  "message.undone",
  "message.delivery",
  "leg.consent",
  "contact.changed",
  "contact.merged",
  "contact.split",
  "contact.erased",
  "directory.changed",
  "setting.changed",
  "access.changed",
] as const;

export function kindWords(kind: (typeof KINDS)[number]): string {
  return t(`audit.kind.${kind}` as WordKey);
}

const PLAIN: Readonly<Record<string, WordKey>> = {
  "conversation.created": "audit.began",
  "message.edited": "audit.edited",
  "message.erased": "audit.erased",
  "message.undone": "audit.undone",
};
const FIELDS = ["name", "email", "role", "picture", "locale", "teams", "active", "second_factor"];
const FACTOR = ["wrong_code", "recovery_code_used", "recovery_codes_made", "on", "off"];
const THINGS = ["team", "tag", "account", "attribute", "organisation"];
const SETTINGS = ["macro", "view", "hours", "parked", "alert", "outside"];

function listed(words: readonly string[]): string {
  return lists(language.value).format(words);
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function teamNames(ids: readonly string[]): string {
  const { teams } = known.directory;
  return listed(ids.map((id) => teams.find((team) => team.id === id)?.name ?? t("some_team")));
}

/** What a thing of the directory is called today. */
function called(id: string | null): string {
  const { teams, tags, attributes, accounts } = known.directory;
  const attribute = attributes.find((one) => one.id === id);
  return (
    agentOf(known, id ?? "")?.name ??
    teams.find((one) => one.id === id)?.name ??
    tags.find((one) => one.id === id)?.name ??
    (attribute && attributeLabel(attribute)) ??
    accounts.find((one) => one.id === id)?.label[language.value] ??
    t("audit.former")
  );
}

function directoryWords(line: AuditLine, name: string): string {
  const { what, made, fields } = line.changes;
  const subject = called(line.subject);
  if (what === "agent") {
    if (made) return t("audit.agent.made", { name, subject });
    const said = texts(fields).filter((field) => FIELDS.includes(field));
    const words = listed(said.map((field) => t(`audit.field.${field}` as WordKey)));
    if (line.subject === line.actor.id) return t("audit.agent.own", { name, fields: words });
    return t("audit.agent.changed", { name, subject, fields: words });
  }
  const thing = THINGS.includes(String(what)) ? t(`audit.thing.${String(what)}` as WordKey) : t("audit.thing.other");
  return t("audit.thing", { name, thing, subject });
}

function accessWords(line: AuditLine, name: string): string {
  const { changes } = line;
  const subject = called(line.subject);
  const factor = String(changes.second_factor ?? "");
  if (FACTOR.includes(factor)) return t(`audit.factor.${factor}` as WordKey, { subject });
  const said: string[] = [];
  const role = texts(changes.role)[1];
  if (role) said.push(t("audit.role", { name, subject, role: t(`role.${role}` as WordKey) }));
  const joined = texts(changes.joined);
  if (joined.length) said.push(t("audit.joined", { name, subject, teams: teamNames(joined) }));
  const left = texts(changes.left);
  if (left.length) said.push(t("audit.left", { name, subject, teams: teamNames(left) }));
  if (changes.active === false) said.push(t("audit.let_go", { name, subject }));
  const ended = texts(changes.ended);
  if (ended.length) said.push(count("audit.ended", ended.length, { name, subject }));
  return said.join(" · ") || t("audit.access", { name, subject });
}

const HOOKED = ["made", "changed", "paused", "resumed", "rotated", "removed", "replayed", "skipped", "redelivered", "disabled"];

function settingWords(line: AuditLine, name: string): string {
  const did = String(line.changes.did);
  if (line.changes.what === "webhook" && HOOKED.includes(did)) return t(`audit.webhook.${did}` as WordKey, { name });
  const what = String(line.changes.what);
  return t(SETTINGS.includes(what) ? (`audit.setting.${what}` as WordKey) : "audit.setting.other", {
    name,
    subject: called(line.subject),
  });
}

function contactWords(line: AuditLine, name: string): string {
  return t(texts(line.changes.fields).includes("blocked") ? "audit.contact_blocked" : "audit.contact_changed", { name });
}

function consentWords(line: AuditLine, name: string): string {
  if (line.changes.opted_out !== true) return t("audit.opted_in", { name });
  return line.actor.kind === "system" ? t("audit.provider_opted_out") : t("audit.opted_out", { name });
}

function sentence(line: AuditLine, name: string): string | null {
  const plain = PLAIN[line.kind];
  if (plain) return t(plain, { name });
  switch (line.kind) {
    case "directory.changed":
      return directoryWords(line, name);
    case "access.changed":
      return accessWords(line, name);
    case "setting.changed":
      return settingWords(line, name);
    case "contact.changed":
      return contactWords(line, name);
    case "leg.consent":
      return consentWords(line, name);
    case "conversation.changed":
      return lineWords(line) ?? t("audit.conversation", { name });
    default:
      return lineWords(line);
  }
}

export function auditWords(line: AuditLine): string {
  const name = actorName(line.actor);
  const said = sentence(line, name) ?? t("audit.other", { name, kind: line.kind });
  return line.actor.kind === "token" ? `${said} ${t("audit.by_token")}` : said;
}

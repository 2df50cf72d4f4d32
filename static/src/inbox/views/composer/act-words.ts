// What a macro does, in words.

import { span } from "../../../shared/time";
import type { IconName } from "../../ui/icons";
import { known } from "../../store";
import { agentOf } from "../../store/select";
import { language, t, type WordKey } from "../../words";
import { attributeLabel } from "../names";
import type { Act } from "./along";

const HOUR = 3_600_000; // ms

function whom(id: string): string {
  if (id === "me") return t("macro.act.me");
  return agentOf(known, id)?.name ?? t("somebody");
}

export function actWords(act: Act): string {
  switch (act.what) {
    case "tags_add":
    case "tags_remove": {
      const name = known.directory.tags.find((tag) => tag.id === act.id)?.name ?? t("some_tag");
      return t(act.what === "tags_add" ? "macro.act.tag" : "macro.act.untag", { name });
    }
    case "team":
      if (act.id === "none") return t("macro.act.no_team");
      return t("macro.act.team", {
        name: known.directory.teams.find((team) => team.id === act.id)?.name ?? t("some_team"),
      });
    case "assignee":
      return act.id === "none" ? t("macro.act.unassign") : t("macro.act.assign", { name: whom(act.id) });
    case "priority":
      return t("macro.act.priority", { priority: t(`priority.${act.priority}` as WordKey) });
    case "status":
      if (act.status === "snoozed") return t("macro.act.snooze", { span: span(act.snoozeFor ?? HOUR, language.value) });
      if (act.status === "closed") return t("macro.act.close");
      return t(act.status === "spam" ? "macro.act.spam" : "macro.act.reopen");
  }
}

export function actIcon(act: Act): IconName {
  switch (act.what) {
    case "tags_add":
    case "tags_remove":
      return "tag";
    case "team":
      return "team";
    case "assignee":
      return "mine";
    case "priority":
      return "flag";
    case "status":
      return act.status === "snoozed" ? "snooze" : act.status === "closed" ? "check" : act.status === "spam" ? "spam" : "open";
  }
}

/** What a place is called: `contact.name` -> the customer's name. */
export function placeWords(name: string): string {
  const [of, , key] = name.split(".");
  if (key !== undefined) {
    const found = known.directory.attributes.find((one) => one.key === key && one.target === of);
    return found ? attributeLabel(found) : key;
  }
  return t(`macro.place.${name}` as WordKey);
}

// What a notice says.

import { unmarked } from "../../../shared/markup";
import type { NoticeView } from "../../../wire";
import { addressOf } from "../../notify/pushed";
import { t } from "../../words";
import { actorName, contactName } from "../names";

export function noticeAddress(notice: Pick<NoticeView, "number" | "message">): string {
  return addressOf(notice.number, notice.message);
}

function titleOf(notice: NoticeView, contact: string): string {
  const actor = actorName(notice.actor);
  switch (notice.kind) {
    case "mention":
      return t("notice.mention", { actor });
    case "assigned":
      return notice.actor.kind === "agent" ? t("notice.assigned", { actor }) : t("notice.assigned_by_rule");
    case "replied":
      return notice.n > 1 ? t("notice.replied_many", { contact, n: notice.n }) : t("notice.replied", { contact });
    case "woke":
      return t("notice.woke");
  }
}

/** How what was written begins. Who names somebody does it in a note, which carries marks. */
export function noticeText({ kind, text }: Pick<NoticeView, "kind" | "text">): string {
  return kind === "mention" ? unmarked(text) : text;
}

/** What happened; whose conversation it is; how what was written begins. */
export function noticeWords(notice: NoticeView): { title: string; about: string; body: string } {
  const contact = contactName({ name: notice.contact, erased: false });
  const title = titleOf(notice, contact);
  const about = t("notice.about", { number: notice.number, contact: notice.kind === "replied" ? "" : contact }).trim();
  return { title, about, body: notice.text ? `${about} · ${noticeText(notice)}` : about };
}

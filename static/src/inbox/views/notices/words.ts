// What a notice says.

import { unmarked } from "../../../shared/markup";
import type { NoticeView } from "../../../wire";
import { manyOf } from "../../notify/pushed";
import { t } from "../../words";
import { actorName, contactName } from "../names";

export { manyOf, noticeAddress } from "../../notify/pushed";

function titleOf(notice: NoticeView, contact: string): string {
  const actor = actorName(notice.actor);
  switch (notice.kind) {
    case "mention":
      return t("notice.mention", { actor });
    case "assigned":
      return notice.actor.kind === "agent" ? t("notice.assigned", { actor }) : t("notice.assigned_by_rule");
    case "replied":
      return notice.n > 1 ? t("notice.replied_many", { contact, n: notice.n }) : t("notice.replied", { contact });
    case "failed":
      return t("notice.failed", { contact });
    case "woke":
      return t("notice.woke");
    case "new":
      return notice.n > 1 ? t("notice.new_many", { n: manyOf(notice.n) }) : t("notice.new", { contact });
  }
}

/** How what was written begins. Who names somebody does it in a note, which carries marks. */
export function noticeText({ kind, text }: Pick<NoticeView, "kind" | "text">): string {
  return kind === "mention" ? unmarked(text) : text;
}

function isNewAlone(notice: NoticeView): boolean {
  return notice.kind === "new" && notice.n === 1;
}

/** What happened; whose conversation it is; how what was written begins. */
export function noticeWords(notice: NoticeView): { title: string; about: string; body: string } {
  const contact = contactName({ name: notice.contact, erased: false });
  const title = titleOf(notice, contact);
  const about = t("notice.about", { number: notice.number, contact: notice.kind === "replied" || notice.kind === "failed" || isNewAlone(notice) ? "" : contact }).trim();
  return { title, about, body: notice.text ? `${about} · ${noticeText(notice)}` : about };
}

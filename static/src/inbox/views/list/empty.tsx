import { Empty } from "../../ui/states";
import type { IconName } from "../../ui/icons";
import { t, type WordKey } from "../../words";

/** Lists that have words of their own for being empty, and what is drawn above them. */
const ICONS: Readonly<Record<string, IconName>> = {
  mine: "check",
  unassigned: "inbox",
  all: "inbox",
  mentions: "at",
  watched: "eye",
  undelivered: "doubleCheck",
  snoozed: "snooze",
  closed: "check",
  spam: "spam",
  view: "view",
  narrowed: "sliders",
};

/** Nothing is here, and what that means: each list teaches what would be. */
export function EmptyList({ name }: { name: string }) {
  const key = name in ICONS ? name : "other";
  return (
    <Empty icon={ICONS[name] ?? "inbox"} title={t(`empty.${key}` as WordKey)}>
      {t(`empty.${key}.more` as WordKey)}
    </Empty>
  );
}

// The filters a question may have, as they are offered while somebody types. What they mean is the server's business.

import { known } from "../../store";
import { language, t, type WordKey } from "../../words";

/** As it is written in each language; the server knows both. */
const FILTERS = [
  { name: "from", ko: "보낸사람" },
  { name: "tag", ko: "태그" },
  { name: "channel", ko: "채널" },
  { name: "has", ko: "포함" },
  { name: "status", ko: "상태" },
  { name: "priority", ko: "우선순위" },
  { name: "assignee", ko: "담당" },
  { name: "after", ko: "이후" },
  { name: "before", ko: "이전" },
] as const;

type FilterName = (typeof FILTERS)[number]["name"];

export interface Offer {
  /** What stands in the field once it is taken, in place of the word being written. */
  text: string;
  says: string;
}

const SHOWN = 8;

function quoted(value: string): string {
  return /\s/.test(value) ? `"${value.replaceAll('"', "")}"` : value;
}

function valuesOf(name: FilterName): { value: string; says: string }[] {
  const { agents, tags, accounts } = known.directory;
  const said = (korean: readonly string[], english: readonly string[]) =>
    (language.value === "ko" ? korean : english).map((value) => ({ value, says: "" }));
  switch (name) {
    case "from":
      return [];
    case "tag":
      return tags.filter((tag) => !tag.retired).map((tag) => ({ value: tag.name, says: "" }));
    case "channel":
      return accounts
        .filter((account) => account.state !== "retired")
        .map((account) => ({ value: account.id, says: account.label[language.value] }));
    case "has":
      return said(["파일", "사진", "메모"], ["file", "image", "note"]);
    case "status":
      return said(["열림", "미룸", "종료", "스팸"], ["open", "snoozed", "closed", "spam"]);
    case "priority":
      return said(["긴급", "높음", "보통", "낮음", "없음"], ["urgent", "high", "normal", "low", "none"]);
    case "assignee":
      return [
        ...said(["나", "없음"], ["me", "none"]),
        ...agents.filter((agent) => agent.active).map((agent) => ({ value: agent.email, says: agent.name })),
      ];
    case "after":
    case "before":
      return said(["오늘", "어제"], ["today", "yesterday"]);
  }
}

function written({ name, ko }: (typeof FILTERS)[number]): string {
  return language.value === "ko" ? ko : name;
}

/** The word at the end of what is typed: an open quote belongs to it. */
export function lastWord(text: string): string {
  return /(?:[^\s":]+:)?"[^"]*$|\S*$/.exec(text)?.[0] ?? "";
}

/** What may come next: names of filters, or values of the one being written. */
export function offers(text: string): Offer[] {
  const word = lastWord(text);
  const [, name, begun] = /^([^\s":]+):"?(.*)$/.exec(word) ?? [];
  if (name === undefined) {
    const wanted = word.toLocaleLowerCase();
    return FILTERS.filter((one) => one.name.startsWith(wanted) || one.ko.startsWith(wanted)).map((one) => ({
      text: `${written(one)}:`,
      says: t(`filter.${one.name}` as WordKey),
    }));
  }
  const filter = FILTERS.find((one) => one.name === name.toLocaleLowerCase() || one.ko === name);
  if (!filter) return [];
  const wanted = (begun ?? "").toLocaleLowerCase();
  const values = valuesOf(filter.name)
    .filter(({ value, says }) => `${value} ${says}`.toLocaleLowerCase().includes(wanted))
    .filter(({ value }) => value.toLocaleLowerCase() !== wanted);
  return values.slice(0, SHOWN).map(({ value, says }) => ({ text: `${name}:${quoted(value)} `, says }));
}

/** What stands in the field with the offer taken. */
export function taken(text: string, offer: Offer): string {
  return text.slice(0, text.length - lastWord(text).length) + offer.text;
}

// The parts of a mail that is written with marks: quotes within quotes, lists within lists, counted as they are written.
// The same are drawn by gateway/channels/_mail_markup.py for whom it goes to; letters.json holds both to it.

import { type Marked, spansOf } from "../../../shared/markup";

export interface Item {
  spans: Marked[];
  number: number;
  /** The lists within it. */
  inner: List[];
}

export interface List {
  kind: "items";
  ordered: boolean;
  items: Item[];
}

export type LetterBlock =
  | { kind: "text"; spans: Marked[] }
  | { kind: "code"; text: string }
  | { kind: "quote"; blocks: LetterBlock[] }
  | List;

const ITEM = /^( {0,24})(?:[-•*]|(\d{1,3})[.)])\s+(\S.*)$/;
const QUOTED = /^ ?> ?/;
const FENCE = /^```/;
const BEGINS = 3; // spaces before the first item of a list at most; what stands further in is words
const INWARD = 2; // spaces by which an item stands within the one above
const DEEPEST = 6;

interface Line {
  indent: number;
  /** Null: it is not counted. */
  number: number | null;
  words: string;
}

function itemIn(line: string): Line | null {
  const [, indent = "", number, words] = ITEM.exec(line) ?? [];
  return words === undefined ? null : { indent: indent.length, number: number === undefined ? null : Number(number), words };
}

type Kind = "quote" | "list" | "text";

function kindOf(line: string, before: Kind | null, quotes: boolean): Kind {
  if (quotes && QUOTED.test(line)) return "quote";
  const item = itemIn(line);
  return item && (before === "list" || item.indent <= BEGINS) ? "list" : "text";
}

function listFrom(left: Line[], depth: number, floor: number): List {
  const ordered = left[0]?.number !== null;
  const items: Item[] = [];
  for (let [one] = left; one && (one.number !== null) === ordered && one.indent >= floor; [one] = left) {
    left.shift();
    const inward = one.indent + INWARD;
    const inner: List[] = [];
    while (depth < DEEPEST && left[0] && left[0].indent >= inward) inner.push(listFrom(left, depth + 1, inward));
    const last = items.at(-1);
    const number = last ? Math.max(one.number ?? 0, last.number + 1) : (one.number ?? 1);
    items.push({ spans: spansOf(one.words), number, inner });
  }
  return { kind: "items", ordered, items };
}

function listsOf(lines: readonly string[]): List[] {
  const left = lines.flatMap((line) => itemIn(line) ?? []);
  const lists: List[] = [];
  while (left.length > 0) lists.push(listFrom(left, 1, 0));
  return lists;
}

/** The text's parts in their order. Lines stay lines; a fence that is not closed is words like all others. */
export function blocksIn(lines: readonly string[], depth = 0): LetterBlock[] {
  const blocks: LetterBlock[] = [];
  const lastFence = lines.findLastIndex((line) => FENCE.test(line));
  for (let at = 0; at < lines.length; ) {
    const first = lines[at] ?? "";
    if (FENCE.test(first) && at < lastFence) {
      const close = lines.findIndex((line, place) => place > at && FENCE.test(line));
      blocks.push({ kind: "code", text: lines.slice(at + 1, close).join("\n") });
      at = close + 1;
      continue;
    }
    const kind = kindOf(first, null, depth < DEEPEST);
    let end = at + 1;
    // A fence that opens here stands for itself, as the first line of its own run does.
    while (end < lines.length && !FENCE.test(lines[end] ?? "") && kindOf(lines[end] ?? "", kind, depth < DEEPEST) === kind) end++;
    const run = lines.slice(at, end);
    const last = blocks.at(-1);
    if (kind === "list") blocks.push(...listsOf(run));
    else if (kind === "quote") blocks.push({ kind, blocks: blocksIn(run.map((line) => line.replace(QUOTED, "")), depth + 1) });
    else if (last?.kind === "text") last.spans.push({ text: "\n", marks: [] }, ...spansOf(run.join("\n")));
    else blocks.push({ kind, spans: spansOf(run.join("\n")) });
    at = end;
  }
  return blocks;
}

function wordsIn(spans: readonly Marked[]): string {
  return spans.map((span) => span.text).join("");
}

function itemsIn(list: List): string[] {
  return list.items.flatMap(({ spans, number, inner }) => [
    (list.ordered ? `${number}. ` : "• ") + wordsIn(spans),
    ...inner.flatMap(itemsIn),
  ]);
}

/** The words alone, for places of one line. */
export function wordsOf(blocks: readonly LetterBlock[]): string {
  return blocks
    .map((block) => {
      if (block.kind === "code") return block.text;
      if (block.kind === "quote") return wordsOf(block.blocks);
      return block.kind === "text" ? wordsIn(block.spans) : itemsIn(block).join("\n");
    })
    .join("\n");
}

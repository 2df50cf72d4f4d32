// Text with marks, as agents write it where a channel carries them: **bold**, _italic_, `code`, lists, blocks of code.
// It is read into plain data; whoever draws it makes elements of it, never markup.

export type Mark = "b" | "i" | "code";

export interface Marked {
  text: string;
  marks: readonly Mark[];
}

export type Block =
  | { kind: "text"; spans: Marked[] }
  | { kind: "list"; ordered: boolean; items: Marked[][] }
  | { kind: "code"; text: string };

// An address first: what looks like a mark within it is none. A closing _ may have a Korean particle behind it. What is
// never closed is looked for over 500 letters, so that a long text of signs is read in a moment.
const INLINE =
  /https?:\/\/\S+|`([^`\n]+)`|\*\*(?=\S)([^\n]{0,500}?\S)\*\*|(?<![A-Za-z0-9_])_(?=[^\s_])([^\n]{0,500}?[^\s_])_(?![A-Za-z0-9_])/g;
const ITEM = /^ {0,3}(?:([-•])|\d{1,3}[.)])\s+(\S.*)$/;
const FENCE = /^```/;

/** One line's words with their marks. */
export function spansOf(text: string, marks: readonly Mark[] = []): Marked[] {
  const spans: Marked[] = [];
  let end = 0;
  const plain = (to: number) => {
    if (to > end) spans.push({ text: text.slice(end, to), marks });
  };
  for (const match of text.matchAll(INLINE)) {
    const [whole, code, bold, italic] = match;
    if (code === undefined && bold === undefined && italic === undefined) continue;
    plain(match.index);
    end = match.index + whole.length;
    if (code !== undefined) spans.push({ text: code, marks: [...marks, "code"] });
    else spans.push(...spansOf(bold ?? italic ?? "", [...marks, bold === undefined ? "i" : "b"]));
  }
  plain(text.length);
  return spans;
}

/** The text's parts in their order. Lines stay lines; a fence that is not closed is words like all others. */
export function blocksOf(text: string): Block[] {
  const lines = text.split("\n");
  const blocks: Block[] = [];
  let words: string[] = [];
  const flush = () => {
    if (words.length > 0) blocks.push({ kind: "text", spans: spansOf(words.join("\n")) });
    words = [];
  };
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const close = FENCE.test(line) ? lines.findIndex((one, place) => place > at && FENCE.test(one)) : -1;
    const item = ITEM.exec(line);
    if (close > at) {
      flush();
      blocks.push({ kind: "code", text: lines.slice(at + 1, close).join("\n") });
      at = close;
    } else if (item) {
      flush();
      const ordered = item[1] === undefined;
      const last = blocks.at(-1);
      const spans = spansOf(item[2] ?? "");
      if (last?.kind === "list" && last.ordered === ordered && ITEM.test(lines[at - 1] ?? "")) last.items.push(spans);
      else blocks.push({ kind: "list", ordered, items: [spans] });
    } else words.push(line);
  }
  flush();
  return blocks;
}

/** The words alone, for places of one line: also without the fences of code. */
export function unmarked(text: string): string {
  return blocksOf(text)
    .flatMap((block) =>
      block.kind === "code"
        ? block.text
        : block.kind === "text"
          ? wordsIn(block.spans)
          : block.items.map((item, at) => (block.ordered ? `${at + 1}. ` : "• ") + wordsIn(item)),
    )
    .join("\n");
}

/** Where the marks stand that `unmarked` leaves out, but for those of lists: by letter, from the text's beginning. */
export function marksIn(text: string): ReadonlySet<number> {
  const marks = new Set<number>();
  const lines = text.split("\n");
  let start = 0;
  let fencedTo = -1;
  lines.forEach((line, at) => {
    const close = FENCE.test(line) && at > fencedTo ? lines.findIndex((one, place) => place > at && FENCE.test(one)) : -1;
    if (close > at) fencedTo = close;
    if (close > at || at === fencedTo) put(marks, start, line.length);
    else if (at > fencedTo) inlineMarks(line, start, marks);
    start += line.length + 1;
  });
  return marks;
}

function put(marks: Set<number>, from: number, length: number): void {
  for (let at = from; at < from + length; at++) marks.add(at);
}

function inlineMarks(text: string, start: number, marks: Set<number>): void {
  for (const { 0: whole, 1: code, 2: bold, 3: italic, index } of text.matchAll(INLINE)) {
    const inner = code ?? bold ?? italic;
    if (inner === undefined) continue;
    const wide = bold === undefined ? 1 : 2;
    put(marks, start + index, wide);
    put(marks, start + index + whole.length - wide, wide);
    if (code === undefined) inlineMarks(inner, start + index + wide, marks);
  }
}

function wordsIn(spans: readonly Marked[]): string {
  return spans.map((span) => span.text).join("");
}

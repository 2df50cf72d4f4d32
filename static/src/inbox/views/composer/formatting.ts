// Putting marks into a text: pure, so that the field only has to write what comes out. It comes with the parts beside
// the shell; what a key needs at once stands in lines.ts.

import { ADDRESS, type Change, type Chosen, type Empty, type Format, ITEM, LINK, NO_ADDRESS, recounted } from "./lines";

const SIGNS: Readonly<Record<Exclude<Format, "list" | "quote" | "link">, string>> = { b: "**", i: "_", code: "`" };
const QUOTED = /^()> ?/;
/** What stands before a line's words: signs of quotes and of an item. */
const LEAD = /^\s*(?:> ?)*(?:(?:[-•*]|\d{1,3}[.)])\s+)?/;
const LETTER = /[\p{L}\p{N}]/u;
const FENCE = "```";

/** Spaces at the ends of what is chosen stay outside: marks hold on to words. */
function trimmed({ text, from, to }: Chosen): [number, number] {
  let [start, end] = [from, to];
  while (start < end && /\s/.test(text.charAt(start))) start++;
  while (end > start && /\s/.test(text.charAt(end - 1))) end--;
  return [start, end];
}

/** Where a pair of the sign stands round this place within its line; null: nowhere. */
function pairRound({ text, from }: Chosen, sign: string): [number, number] | null {
  const start = text.lastIndexOf("\n", from - 1) + 1;
  const line = text.slice(start).split("\n", 1)[0] ?? "";
  const caret = from - start;
  for (let open = line.indexOf(sign); open !== -1; ) {
    const close = line.indexOf(sign, open + sign.length);
    if (close === -1 || open + sign.length > caret) return null;
    if (caret <= close && close > open + sign.length) return [start + open, start + close];
    open = line.indexOf(sign, close + sign.length);
  }
  return null;
}

/** The word that the caret stands in; a caret at its edge is about to write something else. */
function wordRound({ text, from }: Chosen): [number, number] | null {
  let [start, end] = [from, from];
  while (LETTER.test(text.charAt(start - 1))) start--;
  while (LETTER.test(text.charAt(end))) end++;
  return start < from && end > from ? [start, end] : null;
}

/** With nothing chosen: out of the marks at their end, off where the caret stands within them, else round the word, else
 *  round what is to be written. */
function atCaret(chosen: Chosen, sign: string): Change {
  const { text, from } = chosen;
  const { length } = sign;
  if (text.slice(from - length, from) === sign && text.slice(from, from + length) === sign) {
    return { over: [from - length, from + length], text: "", from: from - length, to: from - length };
  }
  const pair = pairRound(chosen, sign);
  if (pair) {
    const [open, close] = pair;
    if (from === close) return { over: [from, from], text: "", from: close + length, to: close + length };
    const inside = text.slice(open + length, close);
    return { over: [open, close + length], text: inside, from: from - length, to: from - length };
  }
  const [start, end] = wordRound(chosen) ?? [from, from];
  return { over: [start, end], text: sign + text.slice(start, end) + sign, from: from + length, to: from + length };
}

/** One line's words with the sign round them, or without it. */
function lineWith(line: string, sign: string, on: boolean): string {
  const lead = LEAD.exec(line)?.[0] ?? "";
  const [, words = "", rest = ""] = /^([^]*?)(\s*)$/.exec(line.slice(lead.length)) ?? [];
  const { length } = sign;
  const has = words.length > 2 * length && words.startsWith(sign) && words.endsWith(sign);
  if (!words || has === on) return line;
  return lead + (on ? sign + words + sign : words.slice(length, -length)) + rest;
}

/** Marks end with their line: each line that is chosen gets its own. */
function severalLines([from, to]: readonly [number, number], inside: string, sign: string): Change {
  const lines = inside.split("\n");
  const filled = lines.filter((line) => line.trim());
  const all = filled.every((line) => lineWith(line, sign, true) === line);
  const made = lines.map((line) => lineWith(line, sign, !all)).join("\n");
  return { over: [from, to], text: made, from, to: from + made.length };
}

/** Lines of code stand between fences. */
function fenced({ text }: Chosen, [start, end]: readonly [number, number]): Change {
  const from = text.lastIndexOf("\n", start - 1) + 1;
  const found = text.indexOf("\n", end);
  const to = found === -1 ? text.length : found;
  const inside = text.slice(from, to);
  const lines = inside.split("\n");
  const bare = lines[0] === FENCE && lines.at(-1) === FENCE ? lines.slice(1, -1).join("\n") : null;
  const made = bare ?? `${FENCE}\n${inside}\n${FENCE}`;
  return { over: [from, to], text: made, from, to: from + made.length };
}

function wrapped(chosen: Chosen, sign: string): Change {
  let [from, to] = trimmed(chosen);
  if (from === to) return atCaret({ ...chosen, from, to }, sign);
  const { text } = chosen;
  if (text.slice(from, to).includes("\n")) {
    return sign === SIGNS.code ? fenced(chosen, [from, to]) : severalLines([from, to], text.slice(from, to), sign);
  }
  // Within a word of Latin letters the sign of italics is a letter: it takes the word whole.
  if (sign === SIGNS.i) {
    while (/[A-Za-z0-9]/.test(text.charAt(from - 1)) && /[A-Za-z0-9]/.test(text.charAt(from))) from--;
    while (/[A-Za-z0-9]/.test(text.charAt(to)) && /[A-Za-z0-9]/.test(text.charAt(to - 1))) to++;
  }
  const inside = text.slice(from, to);
  const { length } = sign;
  if (text.slice(from - length, from) === sign && text.slice(to, to + length) === sign) {
    const over = [from - length, to + length] as const;
    return { over, text: inside, from: from - length, to: to - length };
  }
  if (inside.length > 2 * length && inside.startsWith(sign) && inside.endsWith(sign)) {
    const bare = inside.slice(length, -length);
    return { over: [from, to], text: bare, from, to: from + bare.length };
  }
  return { over: [from, to], text: sign + inside + sign, from: from + length, to: to + length };
}

/** Before each line that is chosen; taken away where all have it. */
function lined({ text, from, to }: Chosen, sign: string, has: RegExp): Change {
  const start = text.lastIndexOf("\n", from - 1) + 1;
  const found = text.indexOf("\n", Math.max(from, to - 1));
  const end = found === -1 ? text.length : found;
  const lines = text.slice(start, end).split("\n");
  const all = lines.every((line) => has.test(line));
  const made = lines.map((line) => (all ? line.replace(has, "$1") : has.test(line) ? line : sign + line)).join("\n");
  const place = from === to ? start + made.length : start;
  return { over: [start, end], text: made, from: place, to: start + made.length };
}

/** The link that this place stands in. */
function linkRound({ text, from, to }: Chosen): { over: [number, number]; words: string; address: string } | null {
  for (const { 0: whole, 1: words = "", 2: address = "", index } of text.matchAll(LINK)) {
    const end = index + whole.length;
    if (text.charAt(index - 1) !== "!" && index < from && to < end) return { over: [index, end], words, address };
  }
  return null;
}

/** An address leads there under words that are still to come; words lead to an address that is. Within a link it is none
 *  once more. */
function linked(chosen: Chosen): Change {
  const [from, to] = trimmed(chosen);
  const within = linkRound({ ...chosen, from, to });
  if (within) {
    const { over, words, address } = within;
    const bare = words || (NO_ADDRESS.test(address) ? "" : address);
    return { over, text: bare, from: over[0], to: over[0] + bare.length };
  }
  const words = chosen.text.slice(from, to).replace(/[[\]\n]/g, " ");
  if (ADDRESS.test(words)) return { over: [from, to], text: `[](${words})`, from: from + 1, to: from + 1 };
  return toAddress({ ...chosen, from, to }, words, "https://");
}

function toAddress({ from, to }: Chosen, words: string, address: string): Change {
  const start = from + words.length + 3;
  return { over: [from, to], text: `[${words}](${address})`, from: start, to: start + address.length };
}

/** An address that is pasted over words makes a link of them; null: it is pasted as it is. */
export function linkOver(chosen: Chosen, pasted: string): Change | null {
  const [from, to] = trimmed(chosen);
  const words = chosen.text.slice(from, to);
  const address = pasted.trim();
  if (!words || /[[\]\n]/.test(words) || ADDRESS.test(words) || !ADDRESS.test(address) || /[()]/.test(address)) return null;
  const { over, text } = toAddress({ ...chosen, from, to }, words, address);
  return { over, text, from: from + text.length, to: from + text.length };
}

/** Puts the marks on, or takes them off where they are. */
export function formatted(chosen: Chosen, format: Format): Change {
  if (format === "link") return linked(chosen);
  if (format === "list") return lined(chosen, "- ", ITEM);
  return format === "quote" ? lined(chosen, "> ", QUOTED) : wrapped(chosen, SIGNS[format]);
}

/** The items that are chosen one list further in, or out. Null: there are none. */
export function indented({ text, from, to }: Chosen, inward: boolean): Change | null {
  const start = text.lastIndexOf("\n", from - 1) + 1;
  const found = text.indexOf("\n", Math.max(from, to - 1));
  const end = found === -1 ? text.length : found;
  const lines = text.slice(start, end).split("\n");
  if (!lines.some((line) => ITEM.test(line))) return null;
  const above = text.slice(0, Math.max(0, start - 1));
  const moved = lines.map((line) => {
    if (!ITEM.test(line)) return line;
    const other = inward ? `  ${line}` : line.replace(/^ {1,2}/, "");
    return lines.length === 1 ? recounted(other, above) : other;
  });
  const made = moved.join("\n");
  const first = (moved[0]?.length ?? 0) - (lines[0]?.length ?? 0);
  return { over: [start, end], text: made, from: Math.max(start, from + first), to: Math.max(start, to + made.length - (end - start)) };
}

/** Did this put marks round nothing? */
export function emptyOf(change: Change): Empty | null {
  const sign = change.text.slice(0, change.text.length / 2);
  const isPair = change.over[0] === change.over[1] && change.text === sign + sign && Object.values(SIGNS).includes(sign);
  return isPair ? { at: change.from, sign } : null;
}


// What a text with marks does at a key, at once: lists and quotes go on, and marks round nothing go. Pure.

export type Format = "b" | "i" | "code" | "list" | "quote" | "link";

export interface Chosen {
  text: string;
  from: number;
  to: number;
}

/** What to write over `from`..`to` of the text, and what is chosen afterwards. */
export interface Change extends Chosen {
  over: readonly [number, number];
}

export const ITEM = /^(\s*)(?:[-•*]|\d{1,3}[.)])\s+/;
export const LINK = /\[([^\]\n]{0,500})\]\(([^()\s]{0,2000})\)/g;
export const ADDRESS = /^(?:https?:\/\/|mailto:)\S+$/;
/** As far as an address that is still to come stands there. */
export const NO_ADDRESS = /^(?:https?:\/\/|mailto:)?$/;

const COUNTED = /^( *)(\d{1,3})([.)]\s+)/;

/** A counted item at another depth: one more than the item of that depth above it, else the first. */
export function recounted(line: string, above: string): string {
  const [whole, indent = "", , rest = ""] = COUNTED.exec(line) ?? [];
  if (whole === undefined) return line;
  let number = 1;
  for (const one of above.split("\n").reverse()) {
    const length = /^ */.exec(one)?.[0].length ?? 0;
    if (!ITEM.test(one) || length < indent.length) break;
    const before = COUNTED.exec(one);
    if (length === indent.length && before) {
      number = Number(before[2]) + 1;
      break;
    }
  }
  return `${indent}${number}${rest}${line.slice(whole.length)}`;
}

/** A new line within a list or a quote goes on with it; on an empty item it goes one list out, and ends with the last.
 *  Null: an ordinary new line. */
export function nextItem({ text, from, to }: Chosen, letter = false): Change | null {
  if (from !== to) return null;
  const start = text.lastIndexOf("\n", from - 1) + 1;
  const line = text.slice(start, from);
  const quote = letter ? (/^(?: ?> ?)+/.exec(line)?.[0] ?? "") : "";
  const item = /^(\s*)(?:([-•*])|(\d{1,3})([.)]))\s+/.exec(line.slice(quote.length));
  if (!item && !quote) return null;
  const lead = quote.length + (item?.[0].length ?? 0);
  if (lead === line.length) {
    const indent = item?.[1]?.length ?? 0;
    const further = () => quote + recounted(line.slice(quote.length + 2), text.slice(0, Math.max(0, start - 1)));
    const out = indent > 1 ? further() : item ? quote : "";
    return { over: [start, from], text: out, from: start + out.length, to: start + out.length };
  }
  const sign = item ? `${item[1] ?? ""}${item[2] ?? `${Number(item[3]) + 1}${item[4] ?? "."}`} ` : "";
  const made = `\n${quote}${sign}`;
  return { over: [from, from], text: made, from: from + made.length, to: from + made.length };
}

/** Marks round nothing, as a button put them there: `at` stands between them. */
export interface Empty {
  at: number;
  sign: string;
}

/** Takes them away where nothing has come between them; null: something has. */
export function withoutEmpty(text: string, { at, sign }: Empty): Change | null {
  const [from, to] = [at - sign.length, at + sign.length];
  return text.slice(from, to) === sign + sign ? { over: [from, to], text: "", from, to: from } : null;
}

/** A link whose address is still to come: where to write it. */
export function openLink(text: string): { from: number; to: number } | null {
  for (const { 0: whole, 1: words = "", 2: address = "", index } of text.matchAll(LINK)) {
    if (text.charAt(index - 1) === "!" || !NO_ADDRESS.test(address) || !words.trim()) continue;
    const end = index + whole.length - 1;
    return { from: end - address.length, to: end };
  }
  return null;
}

/** Without links that have neither words nor an address. */
export function withoutEmptyLinks(text: string): string {
  return text.replace(LINK, (whole, words: string, address: string, index: number) =>
    text.charAt(index - 1) !== "!" && !words.trim() && NO_ADDRESS.test(address) ? "" : whole,
  );
}

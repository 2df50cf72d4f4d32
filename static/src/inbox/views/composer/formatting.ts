// Putting marks into a text: pure, so that the field only has to write what comes out.

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

const SIGNS: Readonly<Record<Exclude<Format, "list" | "quote" | "link">, string>> = { b: "**", i: "_", code: "`" };
const ITEM = /^(\s*)(?:[-•]|\d{1,3}[.)])\s+/;
const QUOTED = /^()> ?/;
const ADDRESS = /^(?:https?:\/\/|mailto:)\S+$/;

/** Spaces at the ends of what is chosen stay outside: marks hold on to words. */
function trimmed({ text, from, to }: Chosen): [number, number] {
  let [start, end] = [from, to];
  while (start < end && /\s/.test(text.charAt(start))) start++;
  while (end > start && /\s/.test(text.charAt(end - 1))) end--;
  return [start, end];
}

function wrapped(chosen: Chosen, sign: string): Change {
  const [from, to] = trimmed(chosen);
  const { text } = chosen;
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

/** An address leads there under words that are still to come; words lead to an address that is. */
function linked(chosen: Chosen): Change {
  const [from, to] = trimmed(chosen);
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

/** A new line within a list goes on with the list; on an empty item the list ends. Null: an ordinary new line. */
export function nextItem({ text, from, to }: Chosen): Change | null {
  if (from !== to) return null;
  const start = text.lastIndexOf("\n", from - 1) + 1;
  const line = text.slice(start, from);
  const item = /^(\s*)(?:([-•])|(\d{1,3})([.)]))\s+/.exec(line);
  if (!item) return null;
  if (item[0].length === line.length) return { over: [start, from], text: "", from: start, to: start };
  const sign = item[2] ?? `${Number(item[3]) + 1}${item[4] ?? "."}`;
  const made = `\n${item[1] ?? ""}${sign} `;
  return { over: [from, from], text: made, from: from + made.length, to: from + made.length };
}

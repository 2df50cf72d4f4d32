// What stands in a message's words: links, addresses, numbers to call, code. Pure; nothing here makes markup.

import { linked } from "../../../shared/links";

export type Piece =
  | { kind: "text"; text: string }
  /** Only ever http, https, mailto or tel. */
  | { kind: "link"; text: string; href: string }
  | { kind: "code"; text: string }
  /** Lines of code that stand by themselves. */
  | { kind: "block"; text: string };

const FENCED = /\n?```(?:[\w+#.-]*\n)?([\s\S]*?)```\n?/g;
const CODE = /`([^`\n]+)`/g;

/** Cuts a text at what a pattern finds; `of` says what that is, and `between` cuts the rest. */
function cut(text: string, pattern: RegExp, of: (found: RegExpMatchArray) => Piece | null, between: Cutter): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const found of text.matchAll(pattern)) {
    const piece = of(found);
    if (!piece) continue;
    if (found.index > end) pieces.push(...between(text.slice(end, found.index)));
    pieces.push(piece);
    end = found.index + found[0].length;
  }
  if (end < text.length) pieces.push(...between(text.slice(end)));
  return pieces;
}

type Cutter = (text: string) => Piece[];

/** Korean numbers with or without dashes (010-1234-5678, 01012345678, 02 123 4567, 1588-1234), and any with a plus.
 *  Figures in a row that are not set as a number are none: amounts, orders, dates. */
const NUMBER =
  /(?<![\w.,#+-])(?:\+[1-9]\d{0,2}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\d{2,4}){1,4}|01[016789]\d{7,8}|0\d{1,2}([ .-])\d{3,4}\1\d{4}|1[5-8]\d{2}-\d{4})(?![\w-])/g;
const [FEWEST, MOST] = [8, 15]; // digits (E.164 has at most fifteen)

function numberOf([text]: RegExpMatchArray): Piece | null {
  const digits = text.replace(/\D/g, "");
  if (digits.length < FEWEST || digits.length > MOST) return null;
  return { kind: "link", text, href: `tel:${text.startsWith("+") ? "+" : ""}${digits}` };
}

const withNumbers: Cutter = (text) => cut(text, NUMBER, numberOf, (plain) => [{ kind: "text", text: plain }]);

/** Links, addresses and numbers alone; what is code is not looked for. */
export const linksOf: Cutter = (text) =>
  linked(text).flatMap((span) =>
    span.href === undefined ? withNumbers(span.text) : [{ kind: "link", text: span.text, href: span.href }],
  );

const withCode: Cutter = (text) => cut(text, CODE, ([, code = ""]) => ({ kind: "code", text: code }), linksOf);

/** The pieces of a text, in order; put together again they say the same. */
export function piecesOf(text: string): Piece[] {
  // Most messages have no code at all.
  if (!text.includes("`")) return linksOf(text);
  return cut(text, FENCED, ([, code = ""]) => ({ kind: "block", text: code.replace(/\n$/, "") }), withCode);
}

const ONE_EMOJI = /\p{RI}\p{RI}|\p{Extended_Pictographic}(?:\uFE0F|\p{EMod})*(?:\u200D\p{Extended_Pictographic}(?:\uFE0F|\p{EMod})*)*/gu;
const LARGE = 5; // emoji at most that are drawn large

/** Nothing but a few emoji: drawn large, as they are meant. */
export function isOnlyEmoji(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed.length === 0 || trimmed.length > LARGE * 16 || /[©®™\w]/u.test(trimmed)) return false;
  const rest = trimmed.replace(ONE_EMOJI, "").replace(/\s/g, "");
  return rest === "" && (trimmed.match(ONE_EMOJI)?.length ?? 0) <= LARGE;
}

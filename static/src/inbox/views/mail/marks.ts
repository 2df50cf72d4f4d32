// What a mail shows beyond the marks of shared/markup.ts: links with words of their own, pictures in their place, quotes.
// The same are drawn by gateway/channels/_mail_markup.py for whom it goes to.

import { blocksIn, type LetterBlock, wordsOf } from "./letter-blocks";

/** `source`: as it was written, for where it is no mark. */
export type Placed =
  | { kind: "link"; source: string; words: string; href: string }
  | { kind: "picture"; source: string; words: string; key: string };

export interface Letter {
  blocks: LetterBlock[];
  placed: Placed[];
}

const PLACED =
  /!\[([^\]\n]{0,200})\]\(cid:([^()\s]{1,200})\)|\[([^\]\n]{0,500})\]\(((?:https?:\/\/|mailto:)[^()\s]{1,2000})\)/g;
// A letter that nobody writes stands for each of them, so that no mark within an address or a name is taken for one.
const [FIRST, LAST] = [0xe000, 0xf8ff];
const STANDS = /[\ue000-\uf8ff]/g;

function put(text: string, placed: Placed[]): string {
  return text.replace(STANDS, "\ufffd").replace(PLACED, (source, name, key, words, href) => {
    if (FIRST + placed.length > LAST) return source;
    placed.push(key === undefined ? { kind: "link", source, words: words.trim() || href, href } : { kind: "picture", source, words: name, key });
    return String.fromCharCode(FIRST + placed.length - 1);
  });
}

/** Words with what is placed in them, in order. */
export function piecesWith(text: string, placed: readonly Placed[]): (string | Placed)[] {
  const pieces: (string | Placed)[] = [];
  let end = 0;
  for (const { 0: sign, index } of text.matchAll(STANDS)) {
    const found = placed[sign.charCodeAt(0) - FIRST];
    if (!found) continue;
    if (index > end) pieces.push(text.slice(end, index));
    pieces.push(found);
    end = index + 1;
  }
  if (end < text.length) pieces.push(text.slice(end));
  return pieces;
}

/** As it was written: within code nothing is placed. */
export function written(text: string, placed: readonly Placed[]): string {
  return piecesWith(text, placed)
    .map((piece) => (typeof piece === "string" ? piece : piece.source))
    .join("");
}

/** The text's parts in their order, quotes among them; within blocks of code nothing is one. */
export function readLetter(text: string): Letter {
  const placed: Placed[] = [];
  return { blocks: blocksIn(put(text, placed).split("\n")), placed };
}

/** For places of one line: links by their words, pictures by their names. */
export function plainLetter(text: string): string {
  const bare = text.replace(PLACED, (_, name, key, words, href) => (key === undefined ? words.trim() || href : name));
  return wordsOf(blocksIn(bare.split("\n")));
}

/** How a picture is put into a text; signs that would end the mark are left out. */
export function pictureMark({ name, id }: { name: string; id: string }): string {
  return `![${name.replace(/[[\]\n]/g, " ").slice(0, 200)}](cid:${id})`;
}

/** What text calls these pictures: they need not be shown once more below. */
export function keysIn(text: string): ReadonlySet<string> {
  const placed: Placed[] = [];
  put(text, placed);
  return new Set(placed.flatMap((one) => (one.kind === "picture" ? one.key : [])));
}

/** Where pictures stand in it. */
export function picturesIn(text: string): { from: number; to: number; key: string }[] {
  return [...text.matchAll(PLACED)].flatMap(({ 0: { length }, 2: key, index }) =>
    key === undefined ? [] : { from: index, to: index + length, key },
  );
}

export function withoutPicture(text: string, key: string): string {
  return text.replace(PLACED, (source, _, found) => (found === key ? "" : source));
}

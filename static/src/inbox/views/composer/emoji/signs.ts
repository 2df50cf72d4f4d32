// All signs with their names in both languages; loaded when somebody first opens the picker.

import { find } from "../../../../shared/hangul";
import sheet from "./signs.sheet";

export interface Sign {
  sign: string;
  /** Comes in skin tones. */
  toned: boolean;
  en: string;
  ko: string;
  /** Names and keywords of both languages, in lower case. */
  words: readonly string[];
}

export interface Group {
  name: string;
  signs: readonly Sign[];
}

function read(text: string): Group[] {
  const groups: { name: string; signs: Sign[] }[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("=")) groups.push({ name: line.slice(1), signs: [] });
    const [first, en = "", ko = ""] = line.split("\t");
    if (!first || !en) continue;
    const toned = first.endsWith("+");
    const [english, korean] = [en.split("|"), ko.split("|")];
    groups.at(-1)?.signs.push({
      sign: toned ? first.slice(0, -1) : first,
      toned,
      en: english[0] ?? "",
      ko: korean[0] ?? "",
      words: [...english, ...korean],
    });
  }
  return groups;
}

export const GROUPS: readonly Group[] = read(sheet);
const ALL = GROUPS.flatMap((group) => group.signs);
const BY_SIGN = new Map(ALL.map((one) => [one.sign, one]));

export const TONES = ["", "\u{1f3fb}", "\u{1f3fc}", "\u{1f3fd}", "\u{1f3fe}", "\u{1f3ff}"] as const;

/** The sign in a skin tone; one that has none stays as it is. */
export function inTone({ sign, toned }: Sign, tone: number): string {
  if (!toned || tone === 0) return sign;
  const [first = "", ...rest] = [...sign];
  return first + (TONES[tone] ?? "") + rest.join("").replace(/^\ufe0f/u, "");
}

export function signOf(sign: string): Sign | undefined {
  return BY_SIGN.get(sign);
}

const FOUND = 120; // shown at once

/** How well a name or keyword fits; 0: not at all. What a sign is called counts more than what it is a word for. */
function fit(word: string, wanted: string, isName: boolean): number {
  const more = isName ? 5 : 0;
  if (word === wanted) return 90 + more;
  if (isName && ` ${word} `.includes(` ${wanted} `)) return 92;
  if (word.startsWith(wanted)) return 60 + more;
  if (word.includes(` ${wanted}`)) return 50 + more;
  if (/[ㄱ-ㅎ가-힣]/.test(wanted) && together(find(wanted, word)?.at)) return 40 + more;
  return wanted.length > 2 && word.includes(wanted) ? 20 + more : 0;
}

/** By names and keywords in either language, whatever the page speaks. */
export function findSigns(query: string): Sign[] {
  const wanted = query.trim().toLocaleLowerCase().normalize("NFC");
  return ALL.map((one) => ({
    one,
    score: Math.max(...one.words.map((word) => fit(word, wanted, word === one.en || word === one.ko))),
  }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, FOUND)
    .map(({ one }) => one);
}

function together(at: readonly number[] | undefined): boolean {
  return at !== undefined && at.length > 0 && (at.at(-1) ?? 0) - (at[0] ?? 0) < at.length;
}

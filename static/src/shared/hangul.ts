// Finding by what is typed so far: letters in order, in Korean also by initial consonants (ㅂㅅ finds 배송) and by the
// syllable that is still being composed (배소 finds 배송, 밧 finds 바사).

const FIRST = 0xac00;
const LAST = 0xd7a3;
const MEDIALS = 21;
const FINALS = 28;
const INITIAL = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const FINAL = ["", ..."ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"];

interface Syllable {
  initial: string;
  medial: number;
  final: string;
}

function syllable(letter: string): Syllable | null {
  const code = letter.codePointAt(0) ?? 0;
  if (code < FIRST || code > LAST) return null;
  const at = code - FIRST;
  return {
    initial: INITIAL[Math.floor(at / (MEDIALS * FINALS))] ?? "",
    medial: Math.floor(at / FINALS) % MEDIALS,
    final: FINAL[at % FINALS] ?? "",
  };
}

/** Does the typed letter mean this one? `next` is what follows it: a final consonant may be the next one's beginning. */
function means(typed: string, letter: string, next: string | undefined): boolean {
  if (typed === letter) return true;
  const there = syllable(letter);
  if (!there) return false;
  if (INITIAL.includes(typed)) return there.initial === typed;
  const said = syllable(typed);
  if (!said || said.initial !== there.initial || said.medial !== there.medial) return false;
  if (said.final === "") return true;
  return there.final === "" && next !== undefined && syllable(next)?.initial === said.final;
}

function plain(text: string): string[] {
  return [...text.normalize("NFC").toLocaleLowerCase()];
}

function begins(text: readonly string[], at: number): boolean {
  return at === 0 || /[\s#/@._\-·:>]/.test(text[at - 1] ?? "");
}

const TOGETHER = 9; // points for a letter right after the one before
const BEGINS = 8; // points for a word's beginning
const LATE = 0.05; // points less for each letter that stands before the first find

export interface Found {
  score: number;
  /** Which letters of the text (by code point) were meant. */
  at: readonly number[];
}

function from(typed: readonly string[], text: readonly string[], start: number): Found | null {
  const at: number[] = [];
  let score = 0;
  let place = start;
  for (const letter of typed) {
    while (place < text.length && !means(letter, text[place] ?? "", text[place + 1])) place++;
    if (place >= text.length) return null;
    const together = at.length > 0 && at[at.length - 1] === place - 1;
    score += 1 + (together ? TOGETHER : 0) + (begins(text, place) ? BEGINS : 0);
    at.push(place++);
  }
  return { score: score - (at[0] ?? 0) * LATE, at };
}

/** Where the typed letters stand in the text in this order; the best of the places where they may begin, or null. */
export function find(typed: string, text: string): Found | null {
  const wanted = plain(typed.replace(/\s+/g, ""));
  if (wanted.length === 0) return { score: 0, at: [] };
  const letters = plain(text);
  let best: Found | null = null;
  for (let start = 0; start < letters.length; start++) {
    if (!means(wanted[0] ?? "", letters[start] ?? "", letters[start + 1])) continue;
    const found = from(wanted, letters, start);
    if (!found) break;
    if (!best || found.score > best.score) best = found;
  }
  return best;
}

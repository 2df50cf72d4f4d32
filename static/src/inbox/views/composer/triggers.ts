// Which menu the words before the caret call for.

export interface Trigger {
  sign: "/" | "@";
  /** Where the sign stands, and where the typed name ends (the caret). */
  from: number;
  to: number;
  query: string;
}

const LONGEST = 40; // characters of a name that is looked for
const OPENS = /[\s(["'“‘「『]/;

/** The sign at the start of a word that the caret is still behind; null where nothing is being named. */
export function triggerAt(text: string, caret: number, signs: string): Trigger | null {
  for (let at = caret - 1; at >= Math.max(0, caret - LONGEST - 1); at--) {
    const letter = text.charAt(at);
    if (letter === "\n") return null;
    if (letter !== "/" && letter !== "@") continue;
    if (at > 0 && !OPENS.test(text.charAt(at - 1))) continue;
    const query = text.slice(at + 1, caret);
    if (!signs.includes(letter) || /^\s|[/@]|\s{2}/.test(query)) return null;
    return { sign: letter, from: at, to: caret, query };
  }
  return null;
}

// Korean particles that follow the word before them.

/** Digits as Korean reads them aloud: does the last one end in a consonant, and is that consonant ㄹ? */
const DIGIT_ENDS: Readonly<Record<string, "none" | "l" | "other">> = {
  0: "other",
  1: "l",
  2: "none",
  3: "other",
  4: "none",
  5: "none",
  6: "other",
  7: "l",
  8: "l",
  9: "none",
};

function ending(word: string): "none" | "l" | "other" {
  const last = [...word.replace(/[\s)\]}"'”’.,!?]+$/u, "")].pop() ?? "";
  const code = last.codePointAt(0) ?? 0;
  if (code >= 0xac00 && code <= 0xd7a3) {
    const final = (code - 0xac00) % 28;
    return final === 0 ? "none" : final === 8 ? "l" : "other";
  }
  const digit = DIGIT_ENDS[last];
  if (digit) return digit;
  if (/[lr]/i.test(last)) return "l";
  return /[bcdfgkmnpqtx]/i.test(last) ? "other" : "none";
}

/** The particle that fits the word: the first form after a consonant, the second after a vowel. */
export function particle(word: string, pair: string): string {
  const [afterConsonant = "", afterVowel = ""] = pair.split("/");
  const end = ending(word);
  if (afterConsonant === "으로") return end === "other" ? afterConsonant : afterVowel;
  return end === "none" ? afterVowel : afterConsonant;
}

// The words around a find without the marks they were written with: of the whole text, as a cut piece has half of some.

import { marksIn } from "../../../shared/markup";
import type { SnippetPart } from "../../../wire";

const CUT = "…";

/** Where in the text the snippet begins, and whether it stands behind a sign of what was left out. */
function placeOf(said: string, text: string): { at: number; behind: number } | null {
  const whole = said.endsWith(CUT) && !text.includes(said) ? said.slice(0, -1) : said;
  if (text.startsWith(whole)) return { at: 0, behind: 0 };
  const behind = whole.startsWith(CUT) ? 1 : 0;
  const at = text.indexOf(whole.slice(behind));
  return at < 0 ? null : { at, behind };
}

/** `text` is the message's own. What does not stand in it (it was changed meanwhile) stays as it came. */
export function plainSnippet(parts: readonly SnippetPart[], text: string): readonly SnippetPart[] {
  const marks = marksIn(text);
  const place = placeOf(parts.map((part) => part.text).join(""), text);
  if (marks.size === 0 || place === null) return parts;
  let at = place.at - place.behind;
  return parts
    .map((part) => {
      const kept = part.text
        .split("")
        .filter((_, index) => at + index < place.at || !marks.has(at + index))
        .join("");
      at += part.text.length;
      return { ...part, text: kept };
    })
    .filter((part) => part.text);
}

// The words of the customers' side, and those the server's refusals name. The page brings the catalogue of its language
// along (`gateway.visitors.pages`), so that nobody loads the other one.

import type en from "../i18n/widget.en.json";
import { writtenAs } from "../shared/formats";
import { makeWords } from "../shared/i18n";
import type { Catalogue, Language } from "../shared/i18n";

export type Key = keyof typeof en;

export const words = makeWords<Key>();
export const t = words.t;

/** Takes the page's words into use; answers their language. */
export function speak(): Language {
  const language = document.documentElement.lang === "ko" ? "ko" : "en";
  writtenAs(navigator.languages);
  words.use(language, JSON.parse(document.getElementById("words")?.textContent ?? "{}") as Catalogue);
  return language;
}

/** Why something was refused, in words; `otherwise` where this bundle does not know the server's key. */
export function reason(problem: { text: string; params: Record<string, string | number> }, otherwise: Key): string {
  return words.find(problem.text, problem.params) ?? t(otherwise);
}

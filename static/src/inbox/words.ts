// The inbox's words. Only the language that is spoken is fetched; the page draws anew when it changes.

import { signal } from "@preact/signals";
import type english from "../i18n/inbox.en.json";
import type notices from "../i18n/notices.en.json";
import type settings from "../i18n/settings.en.json";
import type { ProblemView } from "../wire";
import { chooseLanguage, type Catalogue, type Language, makeWords, type Params } from "../shared/i18n";
import { writtenAs } from "../shared/formats";
import { particle } from "../shared/particles";

export type WordKey = keyof typeof english | keyof typeof notices | keyof typeof settings;

const words = makeWords<WordKey>(particle);
export const { t, count } = words;
export const language = signal<Language>("en");

const CATALOGUES: Readonly<Record<Language, () => Promise<{ default: Catalogue }>[]>> = {
  en: () => [
    import("../i18n/inbox.en.json"),
    import("../i18n/notices.en.json"),
    import("../i18n/settings.en.json"),
    import("../i18n/errors.en.json"),
  ],
  ko: () => [
    import("../i18n/inbox.ko.json"),
    import("../i18n/notices.ko.json"),
    import("../i18n/settings.ko.json"),
    import("../i18n/errors.ko.json"),
  ],
};

export async function speak(preferred: string | null): Promise<void> {
  const chosen = chooseLanguage(preferred, navigator.languages);
  const catalogues = await Promise.all(CATALOGUES[chosen]());
  words.use(chosen, ...catalogues.reverse().map((one) => one.default));
  writtenAs(navigator.languages);
  document.documentElement.lang = chosen;
  language.value = chosen;
}

function asParams(params: Readonly<Record<string, unknown>>): Params {
  return Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, typeof value === "number" ? value : String(value ?? "")]),
  );
}

/** What a problem says to people: its own words, else words for its status, never a bare code. */
export function problemText(problem: Pick<ProblemView, "text" | "params" | "status">): string {
  const said = problem.text && words.find(problem.text, asParams(problem.params));
  if (said) return said;
  const byStatus = words.find(`errors.status.${problem.status}`);
  return byStatus ?? words.find("errors.unknown") ?? "";
}

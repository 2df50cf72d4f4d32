// The inbox's words. Only the language that is spoken is fetched; the page draws anew when it changes. What the shell
// says comes first; what only its later parts say comes with them (`bring`), so that nothing is ever drawn without words.

import { signal } from "@preact/signals";
import type beside from "../i18n/beside.en.json";
import type english from "../i18n/inbox.en.json";
import type notices from "../i18n/notices.en.json";
import type settings from "../i18n/settings.en.json";
import type { ProblemView } from "../wire";
import { chooseLanguage, type Catalogue, type Language, makeWords, type Params } from "../shared/i18n";
import { writtenAs } from "../shared/formats";
import { particle } from "../shared/particles";

export type WordKey = keyof typeof english | keyof typeof notices | keyof typeof beside | keyof typeof settings;

const words = makeWords<WordKey>(particle);
export const { t, count } = words;
export const language = signal<Language>("en");

type Fetch = () => Promise<{ default: Catalogue }>;
/** What comes with parts of the page; tests/static/test_word_places.py holds that the shell says none of it. */
type Later = "beside" | "settings";

const SHELL: Readonly<Record<Language, readonly Fetch[]>> = {
  en: [
    () => import("../i18n/errors.en.json"),
    () => import("../i18n/notices.en.json"),
    () => import("../i18n/inbox.en.json"),
  ],
  ko: [
    () => import("../i18n/errors.ko.json"),
    () => import("../i18n/notices.ko.json"),
    () => import("../i18n/inbox.ko.json"),
  ],
};
const LATER: Readonly<Record<Language, Readonly<Record<Later, Fetch>>>> = {
  en: {
    beside: () => import("../i18n/beside.en.json"),
    settings: () => import("../i18n/settings.en.json"),
  },
  ko: {
    beside: () => import("../i18n/beside.ko.json"),
    settings: () => import("../i18n/settings.ko.json"),
  },
};

/** What has come, or is on its way. */
const wanted = new Set<Later>();

/** All that is wanted by now in this language: what is fetched already costs nothing once more. */
async function fetched(chosen: Language): Promise<Catalogue[]> {
  const asked = [...wanted];
  const all = await Promise.all([...SHELL[chosen], ...asked.map((one) => LATER[chosen][one])].map((fetch) => fetch()));
  return asked.length === wanted.size ? all.map((one) => one.default) : fetched(chosen);
}

export async function speak(preferred: string | null): Promise<void> {
  const chosen = chooseLanguage(preferred, navigator.languages);
  words.use(chosen, ...(await fetched(chosen)));
  writtenAs(navigator.languages);
  document.documentElement.lang = chosen;
  language.value = chosen;
}

/** The words of parts that are about to be drawn. */
async function bring(...parts: readonly Later[]): Promise<void> {
  const missing = parts.filter((one) => !wanted.has(one));
  missing.forEach((one) => wanted.add(one));
  try {
    for (;;) {
      const chosen = language.peek();
      const catalogues = await fetched(chosen);
      // Another language may have been chosen meanwhile.
      if (chosen === language.peek()) return words.use(chosen, ...catalogues);
    }
  } catch (error) {
    missing.forEach((one) => wanted.delete(one));
    throw error;
  }
}

/** A part of the page, once its words are there too. */
export async function worded<Module>(module: Promise<Module>, ...parts: readonly Later[]): Promise<Module> {
  const [come] = await Promise.all([module, bring(...parts)]);
  return come;
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

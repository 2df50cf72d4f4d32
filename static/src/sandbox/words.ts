// The sandbox page's words: the server puts the catalogue of the page's language into the page.

import type en from "../i18n/sandbox.en.json";
import { type Catalogue, type Language, makeWords } from "../shared/i18n";

export type Key = keyof typeof en;

const words = makeWords<Key>();
export const { t, count } = words;

export const language: Language = document.documentElement.lang === "ko" ? "ko" : "en";
words.use(language, JSON.parse(document.getElementById("words")?.textContent ?? "{}") as Catalogue);

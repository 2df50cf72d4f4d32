// The words of the workspace's page; what it shares with the sandbox page has its own (../words.ts).

import type en from "../../i18n/town.en.json";
import { type Catalogue, makeWords } from "../../shared/i18n";
import { language } from "../words";

export type Key = keyof typeof en;

const words = makeWords<Key>();
export const { t, count } = words;
export { language };

words.use(language, JSON.parse(document.getElementById("words")?.textContent ?? "{}") as Catalogue);

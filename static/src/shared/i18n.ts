// The words of both languages: flat catalogues, `{name}` placeholders, plurals by `.one`/`.other` keys, and Korean
// particles that follow the word before them: "{name}{이/가}", also behind its closing quote: "‘{name}’{을/를}".

import { numbers, plurals } from "./formats";

export type Language = "en" | "ko";
export type Catalogue = Readonly<Record<string, string>>;
export type Params = Readonly<Record<string, string | number>>;

export const LANGUAGES: readonly Language[] = ["en", "ko"];

/** The language to speak: the person's own choice, else the first of the browser's that we know, else English. */
export function chooseLanguage(preferred: string | null | undefined, browser: readonly string[]): Language {
  for (const tag of [preferred ?? "", ...browser]) {
    const known = LANGUAGES.find((language) => tag.toLowerCase().split("-")[0] === language);
    if (known) return known;
  }
  return "en";
}

/** Chooses the form of a particle: `particle` of shared/particles.ts. */
export type Inflect = (word: string, pair: string) => string;

const HOLE = /\{([a-z_]\w*)\}(?:([’”)]?)\{([가-힣]+\/[가-힣]+)\})?/gi;

/** Puts the params into their places; an unknown place stays visible as it is written. */
export function fill(pattern: string, params: Params = {}, inflect?: Inflect): string {
  if (!pattern.includes("{")) return pattern;
  return pattern.replace(HOLE, (whole, name: string, closes: string | undefined, pair: string | undefined) => {
    const value = params[name];
    if (value === undefined) return whole;
    const word = String(value);
    return pair && inflect ? word + (closes ?? "") + inflect(word, pair) : word;
  });
}

export interface Words<Key extends string> {
  /** Takes the catalogues of a language into use; a later one adds to an earlier one. */
  use(language: Language, ...catalogues: Catalogue[]): void;
  language(): Language;
  t(key: Key, params?: Params): string;
  /** The plural of `key`: `key.one` or `key.other`, with `{n}` written as the language writes numbers. */
  count(key: string, n: number, params?: Params): string;
  /** Words for a key that comes from the server; undefined where this bundle does not know it. */
  find(key: string, params?: Params): string | undefined;
}

/** Without `inflect` the catalogues must do without particles: that spares the customers' browsers its rules. */
export function makeWords<Key extends string>(inflect?: Inflect): Words<Key> {
  let language: Language = "en";
  let texts: Catalogue = {};
  const find = (key: string, params?: Params) => {
    const pattern = texts[key];
    return pattern === undefined ? undefined : fill(pattern, params, inflect);
  };
  return {
    use(chosen, ...catalogues) {
      language = chosen;
      texts = Object.assign({}, ...catalogues) as Catalogue;
    },
    language: () => language,
    t: (key, params) => find(key, params) ?? key,
    count(key, n, params) {
      const form = plurals(language).select(n);
      const written = { ...params, n: numbers(language).format(n) };
      return find(`${key}.${form}`, written) ?? find(`${key}.other`, written) ?? key;
    },
    find,
  };
}

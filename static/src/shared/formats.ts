// The formatters of Intl, each made once: making one costs as much as formatting a thousand times.

const made = new Map<string, unknown>();

let regions: readonly string[] = [];

/** How the reader's country writes times, dates and numbers, by the browser's own tags: "en-GB" for English that is read
 *  there. Without it, and for a language that the browser does not name, the language's own way. */
export function writtenAs(tags: readonly string[]): void {
  regions = tags.filter(isTag);
}

/** A browser of a machine without a language of its own says "en-US@posix", which no format takes. */
function isTag(tag: string): boolean {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}

function written(language: string): string {
  return regions.find((tag) => tag.split("-")[0] === language) ?? language;
}

function once<Format>(name: string, language: string, options: object, make: () => Format): Format {
  const key = name + language + JSON.stringify(options);
  const there = made.get(key) as Format | undefined;
  if (there) return there;
  const format = make();
  made.set(key, format);
  return format;
}

export function dates(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const tag = written(language);
  return once("date", tag, options, () => new Intl.DateTimeFormat(tag, options));
}

export function numbers(language: string, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  const tag = written(language);
  return once("number", tag, options, () => new Intl.NumberFormat(tag, options));
}

export function plurals(language: string): Intl.PluralRules {
  return once("plural", language, {}, () => new Intl.PluralRules(language));
}

/** "A, B, C": things that are named one after the other. */
export function lists(language: string): Intl.ListFormat {
  return once("list", language, {}, () => new Intl.ListFormat(language, { type: "unit" }));
}

/** What languages are called. */
export function languages(language: string): Intl.DisplayNames {
  return once("language", language, {}, () => new Intl.DisplayNames([language], { type: "language" }));
}

/** "yesterday", "in 3 minutes". */
export function distances(language: string): Intl.RelativeTimeFormat {
  const options = { numeric: "auto" } as const;
  return once("distance", language, options, () => new Intl.RelativeTimeFormat(language, options));
}

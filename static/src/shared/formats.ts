// The formatters of Intl, each made once: making one costs as much as formatting a thousand times.

const made = new Map<string, unknown>();

function once<Format>(name: string, language: string, options: object, make: () => Format): Format {
  const key = name + language + JSON.stringify(options);
  const there = made.get(key) as Format | undefined;
  if (there) return there;
  const format = make();
  made.set(key, format);
  return format;
}

export function dates(language: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  return once("date", language, options, () => new Intl.DateTimeFormat(language, options));
}

export function numbers(language: string, options: Intl.NumberFormatOptions = {}): Intl.NumberFormat {
  return once("number", language, options, () => new Intl.NumberFormat(language, options));
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

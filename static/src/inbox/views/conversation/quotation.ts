// Words of a message as they are quoted where a channel cannot refer to it. Pure.

const QUOTED = 400; // characters of it that are quoted as text

/** "> a\n> b" */
export function asQuotation(text: string): string {
  const short = text.length > QUOTED ? `${text.slice(0, QUOTED).trimEnd()}…` : text;
  return short
    .trim()
    .split("\n")
    .map((line) => (line ? `> ${line}` : ">"))
    .join("\n");
}

// A contact card (vCard 3 and 4, RFC 6350), as far as people need it: who it is and how to reach them. Pure.

export interface Card {
  name: string;
  phones: string[];
  mails: string[];
  organisation: string;
}

const MOST = 5; // of a kind that are shown

/** Lines that were folded are one again (RFC 6350, section 3.2). */
function linesOf(text: string): string[] {
  return text.replace(/\r?\n[ \t]/g, "").split(/\r?\n/);
}

function plain(value: string): string {
  return value.replace(/\\([nN])/g, " ").replace(/\\(.)/g, "$1").trim();
}

function partsOf(value: string): string {
  return value
    .split(/(?<!\\);/)
    .map(plain)
    .filter(Boolean)
    .join(" ");
}

/** The first card of a file; null where it names nobody and nothing. */
export function readCard(text: string): Card | null {
  const card: Card = { name: "", phones: [], mails: [], organisation: "" };
  let spelt = "";
  for (const line of linesOf(text)) {
    const [, group = "", value = ""] = /^((?:[\w-]+\.)?[\w-]+(?:;[^:]*)?):(.*)$/.exec(line) ?? [];
    const name = group.split(";")[0]?.split(".").pop()?.toUpperCase();
    if (name === "END") break;
    if (name === "FN") card.name ||= plain(value);
    if (name === "N") spelt ||= partsOf(value);
    if (name === "ORG") card.organisation ||= partsOf(value);
    if (name === "TEL") card.phones.push(plain(value).replace(/^tel:/i, ""));
    if (name === "EMAIL") card.mails.push(plain(value));
  }
  card.name ||= spelt;
  card.phones = [...new Set(card.phones)].filter(Boolean).slice(0, MOST);
  card.mails = [...new Set(card.mails)].filter(Boolean).slice(0, MOST);
  return card.name || card.phones.length > 0 || card.mails.length > 0 ? card : null;
}

export interface Span {
  text: string;
  /** Where the span leads; only http, https and mailto ever. */
  href?: string;
}

const ADDRESS = /\bhttps?:\/\/[^\s<>"']+|\b[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+\b/gi;
/** What the server writes in place of what is secret (`MASK` in gateway/stream/proofs.py). */
const MASK = "••••••";
// Not endless: from every sign of a long row that ends otherwise it is tried anew.
const TRAILING = /[.,;:!?)\]}'"’”>]{1,64}$/u;

/** Cuts a text into plain and linked spans. What follows an address in a sentence (full stop, bracket) stays outside,
 *  and so do Korean particles: "https://a.kr/b를" links only the address. */
export function linked(text: string): Span[] {
  const spans: Span[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    let found = match[0].replace(/[가-힣]{1,64}$/u, "");
    const tail = TRAILING.exec(found)?.[0] ?? "";
    if (!(tail.startsWith(")") && found.includes("("))) found = found.slice(0, found.length - tail.length);
    // A link that is its reader's alone: there is nothing behind the mask.
    if (found.includes(MASK)) continue;
    if (match.index > end) spans.push({ text: text.slice(end, match.index) });
    spans.push({ text: found, href: found.includes("://") ? found : `mailto:${found}` });
    end = match.index + found.length;
  }
  if (end < text.length) spans.push({ text: text.slice(end) });
  return spans;
}

// The places of a macro's text: which there are, putting one where the cursor stands, and telling them from the text.

/** What inbox/filling.py fills in besides the fields; tests/house/test_places.py holds the two together. */
export const PLACES = [
  "contact.name",
  "contact.first_name",
  "contact.email",
  "agent.name",
  "conversation.number",
] as const;

const PLACE = /\{\{([^{}|]*)(?:\|([^{}]*))?\}\}/g;

export interface Part {
  text: string;
  /** The place's name, where this part is one. */
  place: string | null;
}

/** A text as what stands between its places, and they. */
export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const found of text.matchAll(PLACE)) {
    if (found.index > from) parts.push({ text: text.slice(from, found.index), place: null });
    parts.push({ text: found[0], place: (found[1] ?? "").trim() });
    from = found.index + found[0].length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), place: null });
  return parts;
}

/** The text with a place put over what is selected, and where the cursor stands after it. */
export function withPlace(text: string, [start, end]: readonly [number, number], name: string): [string, number] {
  const place = `{{${name}}}`;
  return [text.slice(0, start) + place + text.slice(end), start + place.length];
}

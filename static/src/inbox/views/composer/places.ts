// Places of a macro that have no value yet: `{{contact.name}}`. They are marked in the text and stop the send.

export interface Gap {
  from: number;
  to: number;
  name: string;
}

// As the server reads them (inbox/filling.py); other braces are words.
const PLACE =
  /\{\{\s*((?:contact\.(?:name|first_name|email)|agent\.name|conversation\.number|(?:contact|conversation)\.attributes\.[a-z][a-z0-9_]{0,49}))\s*(?:\|[^{}]*)?\}\}/g;

export function gapsIn(text: string): Gap[] {
  return [...text.matchAll(PLACE)].map((match) => ({
    from: match.index,
    to: match.index + match[0].length,
    name: match[1] ?? "",
  }));
}

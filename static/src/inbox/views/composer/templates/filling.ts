// A template's text with what was filled into its places; pure, so that it is tested without a page.

import type { TemplateView } from "../../../../wire";

// As the server reads them (gateway/channels/base.py).
const PLACE = /\{\{\s*(\w+)\s*\}\}/g;

export type Values = Readonly<Record<string, string>>;

/** A stretch of the text as it will read; `gap` is the name of a place that is still empty. */
export interface Piece {
  text: string;
  gap?: string;
  filled?: boolean;
}

export function piecesOf(template: Pick<TemplateView, "text">, values: Values): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const place of template.text.matchAll(PLACE)) {
    const name = place[1] ?? "";
    if (place.index > end) pieces.push({ text: template.text.slice(end, place.index) });
    const value = values[name] ?? "";
    pieces.push(value.trim() ? { text: value, filled: true } : { text: place[0], gap: name });
    end = place.index + place[0].length;
  }
  if (end < template.text.length) pieces.push({ text: template.text.slice(end) });
  return pieces;
}

export function filled(template: Pick<TemplateView, "text">, values: Values): string {
  return piecesOf(template, values)
    .map((piece) => piece.text)
    .join("");
}

/** The places without words, in their order: one of them is enough to stop the send. */
export function gapsOf({ variables }: Pick<TemplateView, "variables">, values: Values): string[] {
  return Object.keys(variables).filter((name) => !values[name]?.trim());
}

/** Those whose name or words have every one of these, the sendable ones first. */
export function foundTemplates(all: readonly TemplateView[], wanted: string): TemplateView[] {
  const words = wanted.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ name, text }: TemplateView) => {
    const said = `${name} ${name.replace(/[_-]+/g, " ")} ${text}`.toLocaleLowerCase();
    return words.every((word) => said.includes(word));
  };
  return all.filter(fits).sort((a, b) => Number(b.state === "approved") - Number(a.state === "approved"));
}

// What is neither text nor file, as channels tell it: read into cases that can be drawn. Pure, so that it is tested
// without a page; what does not read is shown as not to be shown, never left out.

import type { TemplateSent } from "../../../../wire";

export interface Referral {
  isAd: boolean;
  headline: string;
  body: string;
  /** Only an address of the web is followed. */
  source: string | null;
}

export type Told =
  | { kind: "nothing" }
  | { kind: "place"; latitude: number; longitude: number; name: string; address: string }
  | { kind: "answer"; how: "button" | "list"; title: string }
  | { kind: "form"; fields: [string, string][] }
  | { kind: "template"; name: string }
  | { kind: "unsupported"; what: string };

export interface ContentRead {
  told: Told;
  referral: Referral | null;
  forwarded: "once" | "often" | null;
}

type Raw = Readonly<Record<string, unknown>>;

function word(raw: Raw, key: string): string {
  const value = raw[key];
  return typeof value === "string" ? value.trim() : "";
}

function isTable(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function referralIn({ referral }: Raw): Referral | null {
  if (!isTable(referral)) return null;
  const source = word(referral, "source");
  return {
    isAd: word(referral, "source_type") === "ad",
    headline: word(referral, "headline"),
    body: word(referral, "body"),
    source: /^https?:\/\//i.test(source) ? source : null,
  };
}

function tell(raw: Raw): Told {
  const type = word(raw, "type");
  switch (type) {
    case "text":
      return { kind: "nothing" };
    case "location":
      if (typeof raw.latitude !== "number" || typeof raw.longitude !== "number") break;
      return {
        kind: "place",
        latitude: raw.latitude,
        longitude: raw.longitude,
        name: word(raw, "name"),
        address: word(raw, "address"),
      };
    case "button":
    case "list":
      return { kind: "answer", how: type, title: word(raw, "title") || word(raw, "id") };
    case "form":
      if (!isTable(raw.fields)) break;
      return { kind: "form", fields: Object.entries(raw.fields).map(([name, value]) => [name, String(value)]) };
    case "template":
      return { kind: "template", name: word(raw, "name") };
  }
  return { kind: "unsupported", what: word(raw, "what") || type };
}

export function readContent(raw: Raw): ContentRead {
  const forwarded = raw.forwarded === "once" || raw.forwarded === "often" ? raw.forwarded : null;
  return { told: tell(raw), referral: referralIn(raw), forwarded };
}

/** The template that a message of ours was made of, to begin with once more. */
export function templateIn(raw: Raw | null): TemplateSent | null {
  if (raw === null || raw.type !== "template" || typeof raw.key !== "string") return null;
  const variables = isTable(raw.variables) ? raw.variables : {};
  return { key: raw.key, variables: Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, String(value)])) };
}

/** A place on the map that everybody may look at; nothing is asked of it before it is pressed. */
export function mapLink(latitude: number, longitude: number): string {
  return `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
}

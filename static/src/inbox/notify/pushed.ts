// What the server pushes, in words. Pure: the service worker shows it, the tests read it.

import type { Words } from "../../shared/i18n";
import { unmarked } from "../../shared/markup";

/** Names and words only where the agent has asked for previews; a push service sees none of it either way. */
export interface Pushed {
  kind?: "mention" | "assigned" | "replied" | "woke" | "new" | "failed" | "test";
  id?: string;
  conversation?: string;
  number?: number;
  message?: string | null;
  n?: number;
  language?: string;
  name?: string;
  text?: string;
}

export interface Told {
  title: string;
  body: string;
  /** What is told of the same thing later takes its place. */
  tag: string;
  to: string;
}

/** Where those are whom nobody has yet. */
const NOBODYS = "/list/unassigned";

export function noticeAddress(told: { kind: string; number: number; message?: string | null; n?: number }): string {
  return told.kind === "new" && (told.n ?? 1) > 1 ? NOBODYS : addressOf(told.number, told.message);
}

export function addressOf(number: number, message: string | null | undefined): string {
  return message ? `/c/${number}?m=${message}` : `/c/${number}`;
}

const MOST = 99;

/** How many are new: more than so many is only more. */
export function manyOf(n: number): string {
  return n > MOST ? `${MOST}+` : String(n);
}

/** Something is always shown: a browser that shows nothing for a push may shut the door on the next one. */
export function toldBy(pushed: Pushed, words: Pick<Words<never>, "find">): Told {
  const say = (key: string, params?: Record<string, string | number>) => words.find(key, params) ?? "Parley";
  const { kind, number, n = 1 } = pushed;
  if (kind === "test") return { title: say("push.test"), body: say("push.test_body"), tag: "test", to: "/settings/notices" };
  if (number === undefined || kind === undefined)
    return { title: "Parley", body: say("notices.title"), tag: "parley", to: "/notices" };
  // Who names somebody does it in a note, which carries marks; a customer's words are read as they stand.
  const text = kind === "mention" ? unmarked(pushed.text ?? "") : pushed.text;
  const isMany = n > 1 && (kind === "replied" || kind === "new");
  const what = isMany ? say(`push.${kind}_many`, { n: kind === "new" ? manyOf(n) : n }) : say(`push.${kind}`);
  const about = say("push.about", { number });
  return {
    title: pushed.name ? `${pushed.name} · ${what}` : what,
    body: text ? `${text}\n${about}` : about,
    tag: kind === "new" ? "new" : (pushed.conversation ?? String(number)),
    to: noticeAddress({ ...pushed, kind, number }),
  };
}

const PAGES = /^\/(?:$|(?:c|list|settings|search|notices|sign-in)(?:\/|$))/;

/** Is this a page of the inbox? The customers' chat lives at the same origin and is none of ours. */
export function isOurs(path: string): boolean {
  return PAGES.test(path);
}

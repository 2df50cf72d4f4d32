// What the server pushes, in words. Pure: the service worker shows it, the tests read it.

import type { Words } from "../../shared/i18n";
import { unmarked } from "../../shared/markup";

/** Names and words only where the agent has asked for previews; a push service sees none of it either way. */
export interface Pushed {
  kind?: "mention" | "assigned" | "replied" | "woke" | "test";
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

export function addressOf(number: number, message: string | null | undefined): string {
  return message ? `/c/${number}?m=${message}` : `/c/${number}`;
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
  const what = kind === "replied" && n > 1 ? say("push.replied_many", { n }) : say(`push.${kind}`);
  const about = say("push.about", { number });
  return {
    title: pushed.name ? `${pushed.name} · ${what}` : what,
    body: text ? `${text}\n${about}` : about,
    tag: pushed.conversation ?? String(number),
    to: addressOf(number, pushed.message),
  };
}

const PAGES = /^\/(?:$|(?:c|list|settings|search|notices|sign-in)(?:\/|$))/;

/** Is this a page of the inbox? The customers' chat lives at the same origin and is none of ours. */
export function isOurs(path: string): boolean {
  return PAGES.test(path);
}

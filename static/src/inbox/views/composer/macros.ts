// The macros this agent may use: fetched when the composer first wants them, again when somebody has changed one.

import { signal } from "@preact/signals";
import { find } from "../../../shared/hangul";
import type { MacrosList, MacroTried, MacroView, ToAgent } from "../../../wire";
import { get, post } from "../../api";

export const macros = signal<readonly MacroView[] | "failed" | null>(null);
let asking = false;

async function load(): Promise<void> {
  if (asking) return;
  asking = true;
  try {
    macros.value = (await get<MacrosList>("/macros")).macros;
    tried.clear();
  } catch {
    // An older list is better than none.
    if (!Array.isArray(macros.value)) macros.value = "failed";
  } finally {
    asking = false;
  }
}

export function wantMacros(): void {
  if (!Array.isArray(macros.peek())) void load();
}

/** After one was used, for the order of the next time. */
export function macroUsed(): void {
  if (macros.peek() !== null) void load();
}

/** Every frame passes here: somebody, or this agent elsewhere, has changed a macro. */
export function noteMacros(frame: ToAgent): void {
  if (macros.peek() === null) return;
  const told =
    (frame.kind === "private" && frame.private.changed?.includes("macros")) ||
    (frame.kind === "events" &&
      frame.events.some((event) => event.kind === "setting.changed" && event.changes?.what === "macro"));
  if (told || frame.kind === "snapshot") void load();
}

const HANGUL = /\p{Script=Hangul}/u;
const PLACES = /\{\{[^}]*\}\}/g;

/** What the customer reads: as they wrote last, else the language that is known of them; null: nobody can tell. */
export function speaksKorean(words: string, locale: string | null): boolean | null {
  if (HANGUL.test(words)) return true;
  if (locale) return /^ko\b/i.test(locale);
  return /\p{L}/u.test(words) ? false : null;
}

/** What is in the customer's language before what is not, each as it came. What has no words is in any. */
export function inLanguage(all: readonly MacroView[], korean: boolean | null): readonly MacroView[] {
  if (korean === null) return all;
  const isOther = ({ text }: MacroView) => {
    const words = text.replace(PLACES, "");
    return /\p{L}/u.test(words) && HANGUL.test(words) !== korean;
  };
  return [...all.filter((one) => !isOther(one)), ...all.filter(isOther)];
}

/** Those whose name is meant: what begins so, then letters that stand together, then letters found apart; within each
 *  the most used first, as they came. */
export function foundMacros(all: readonly MacroView[], query: string): MacroView[] {
  const wanted = query.trim();
  if (!wanted) return [...all];
  const groups: [MacroView[], MacroView[], MacroView[]] = [[], [], []];
  for (const macro of all) {
    const found = find(wanted, macro.name);
    if (!found) continue;
    const [first = 0, last = 0] = [found.at[0], found.at.at(-1)];
    groups[last - first >= found.at.length ? 2 : first === 0 ? 0 : 1].push(macro);
  }
  return groups.flat();
}

const KEPT = 60_000; // ms a filled text is shown again without asking
const tried = new Map<string, { at: number; answer: Promise<MacroTried> }>();

/** A macro's text with this conversation's values; the places that have none still stand in it. */
export function filledFor(conversation: string, text: string): Promise<MacroTried> {
  const key = `${conversation} ${text}`;
  const before = tried.get(key);
  if (before && Date.now() - before.at < KEPT) return before.answer;
  const answer = text
    ? post<MacroTried>("/macros/try", { conversation, text })
    : Promise.resolve({ text: "", missing: [] });
  answer.catch(() => tried.delete(key));
  tried.set(key, { at: Date.now(), answer });
  return answer;
}

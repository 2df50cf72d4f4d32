// Language, theme and density: on the server they follow the agent, here they serve the next page load and sign-in.

import { effect, signal } from "@preact/signals";
import { keptIn } from "../shared/clientstore";
import { type ThemeChoice, wearTheme } from "../shared/theme";
import { setPreferences } from "./commands";
import { state } from "./store";
import { speak } from "./words";

export interface Preferences {
  /** Empty: the browser's. */
  language: string;
  theme: ThemeChoice;
  density: "roomy" | "dense";
  /** Is the side with the contact shown on wide screens? */
  context: boolean;
  /** Sections of the side that somebody has folded (true) or opened (false). */
  folded: Readonly<Record<string, boolean>>;
  /** Where one goes on from a conversation one has closed. */
  after_close: "stay" | "next" | "list";
  /** The order of the saved views, by id. */
  view_order: readonly string[];
  /** Lists that are sorted otherwise than by themselves, by their address. */
  sorts: Readonly<Record<string, "activity" | "waiting">>;
}

const kept = keptIn(() => localStorage, "parley.");
const FIRST: Preferences = { language: "", theme: "system", density: "roomy", context: true, folded: {}, after_close: "stay", view_order: [], sorts: {} };

export const preferences = signal<Preferences>({ ...FIRST, ...kept.read<Partial<Preferences>>("preferences") });

let stopFollowing = () => undefined as void;

function wear(chosen: Preferences): void {
  stopFollowing();
  stopFollowing = wearTheme(document.documentElement, chosen.theme);
  document.documentElement.dataset.density = chosen.density;
}

function take(chosen: Preferences): void {
  const before = preferences.value;
  preferences.value = chosen;
  kept.write("preferences", chosen);
  wear(chosen);
  if (before.language !== chosen.language) void speak(chosen.language);
}

export function prefer(change: Partial<Preferences>): void {
  take({ ...preferences.value, ...change });
  if (state.value.generation > 0) setPreferences(change as Record<string, unknown>);
}

/** At the start of the page: dress and speak, then follow what the server tells of this agent's choices. */
export async function startPreferences(): Promise<void> {
  wear(preferences.value);
  await speak(preferences.value.language);
  let seen = state.value.preferences;
  effect(() => {
    const told = state.value.preferences;
    if (told === seen) return;
    seen = told;
    const merged = { ...preferences.peek(), ...known(told) };
    if (JSON.stringify(merged) !== JSON.stringify(preferences.peek())) take(merged);
  });
}

function known(told: Readonly<Record<string, unknown>>): Partial<Preferences> {
  return Object.fromEntries(Object.entries(told).filter(([name]) => name in FIRST));
}

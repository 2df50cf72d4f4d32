// What this browser's agent has used lately, and the skin tone of choice.

import { keptIn } from "../../../../shared/clientstore";

const MOST = 24;
const kept = keptIn(() => localStorage, "parley.emoji.");

export function recentSigns(): readonly string[] {
  const found = kept.read<unknown>("recent");
  return Array.isArray(found) ? found.filter((one): one is string => typeof one === "string") : [];
}

export function noteSign(sign: string): void {
  kept.write("recent", [sign, ...recentSigns().filter((one) => one !== sign)].slice(0, MOST));
}

export function toneNow(): number {
  const tone = kept.read<number>("tone") ?? 0;
  return tone >= 0 && tone <= 5 ? tone : 0;
}

export function setTone(tone: number): void {
  kept.write("tone", tone);
}

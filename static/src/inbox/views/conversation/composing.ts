// The composer's mode per conversation, what it may send, and how words come back into it.

import { signal } from "@preact/signals";
import type { AccountView, ConversationView, LegView } from "../../../wire";
import { draftOf, keepDraft } from "../../commands/drafts";
import { discard } from "../../commands/outbox";
import { known } from "../../store";
import { accountOf, legOf } from "../../store/select";
import type { Mode, Pending } from "../../store/state";
import { giveBack } from "./uploads";

const modes = signal<ReadonlyMap<string, Mode>>(new Map());

export function modeOf(conversation: string): Mode {
  return modes.value.get(conversation) ?? "public";
}

export function setMode(conversation: string, mode: Mode): void {
  modes.value = new Map(modes.value).set(conversation, mode);
}

/** At once, so that the first letter after a shortcut is not lost; a closed field takes it when it is open again. */
export function focusComposer(): void {
  const field = document.querySelector<HTMLTextAreaElement>(".composer textarea");
  if (field?.disabled) requestAnimationFrame(() => field.focus());
  else field?.focus();
}

/** Where the uploads of a composer live. */
export function placeOf(conversation: string, mode: Mode): string {
  return `${conversation} ${mode}`;
}

export interface Way {
  leg: LegView | undefined;
  account: AccountView | undefined;
  /** Why nothing can be sent this way now; null when it can. */
  closed: "no_leg" | "paused" | "retired" | "opted_out" | "window" | null;
}

/** By which leg a public reply goes and whether it may, by what the account says it can do. */
export function wayOf(view: ConversationView, now: number): Way {
  const leg = legOf(view, view.leg);
  const account = accountOf(known, leg);
  const window = account?.capabilities.reply_window ?? null;
  const over = window !== null && now - (leg?.last_inbound_at ?? 0) > window;
  const closed =
    !leg || !account
      ? "no_leg"
      : account.state !== "active"
        ? account.state
        : leg.opted_out_at !== null
          ? "opted_out"
          : over
            ? "window"
            : null;
  return { leg, account, closed };
}

/** A message that was stopped or refused goes back into the composer it came from, above what is there now. */
export function takeBack(conversation: string, one: Pending): void {
  const mode: Mode = one.name === "note" ? "note" : "public";
  const words = [String(one.args.text ?? ""), draftOf(conversation, mode)].filter(Boolean).join("\n\n");
  setMode(conversation, mode);
  keepDraft(conversation, mode, words);
  giveBack(placeOf(conversation, mode), one.files);
  discard(one.id);
  focusComposer();
}

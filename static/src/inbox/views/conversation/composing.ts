// The composer's mode per conversation, what it may send, and how words come back into it.

import { signal } from "@preact/signals";
import { keptIn } from "../../../shared/clientstore";
import type { AccountView, ActsView, ConversationView, LegView, TemplateSent } from "../../../wire";
import { draftOf, keepDraft } from "../../commands/drafts";
import { discard } from "../../commands/outbox";
import { known } from "../../store";
import { accountOf, legOf } from "../../store/select";
import type { Mode, Pending } from "../../store/state";
import { bringBack } from "../composer/along";
import { letterIn } from "../mail/letter";
import { askForTemplate } from "../composer/templates/asked";
import { giveBack } from "./uploads";

const modes = signal<ReadonlyMap<string, Mode>>(new Map());
const kept = keptIn(() => sessionStorage, "parley.mode.");

/** As it was left, also before a reload. */
export function modeOf(conversation: string): Mode {
  return modes.value.get(conversation) ?? kept.read<Mode>(conversation) ?? "public";
}

export function setMode(conversation: string, mode: Mode): void {
  modes.value = new Map(modes.value).set(conversation, mode);
  if (mode === "public") kept.drop(conversation);
  else kept.write(conversation, mode);
}

/** At once, so that the first letter after a shortcut is not lost; a closed field takes it when it is open again. */
export function focusComposer(): void {
  const field = document.querySelector<HTMLTextAreaElement>(".composer textarea");
  if (field?.disabled) requestAnimationFrame(() => field.focus());
  else field?.focus();
}

/** Behind the last of its words, once they are drawn. */
export function focusBehindWords(): void {
  requestAnimationFrame(() => {
    focusComposer();
    const field = document.querySelector<HTMLTextAreaElement>(".composer textarea");
    field?.setSelectionRange(field.value.length, field.value.length);
  });
}

/** Where the uploads of a composer live. */
export function placeOf(conversation: string, mode: Mode): string {
  return `${conversation} ${mode}`;
}

export interface Way {
  leg: LegView | undefined;
  account: AccountView | undefined;
  /** Why nothing can be sent this way now; null when it can. */
  closed: "no_leg" | "paused" | "retired" | "receives_only" | "opted_out" | "window" | null;
  /** Until when a reply may go; null: there is no end to it. */
  ends: number | null;
}

/** By which leg a public reply goes and whether it may, by what the account says it can do. */
export function wayOf(view: ConversationView, now: number): Way {
  return legWay(legOf(view, view.leg), now);
}

export function legWay(leg: LegView | undefined, now: number): Way {
  const account = accountOf(known, leg);
  const window = account?.capabilities.reply_window ?? null;
  const ends = window === null ? null : (leg?.last_inbound_at ?? 0) + window;
  const closed = !leg
    ? "no_leg"
    : !account
      ? "retired"
      : account.state !== "active"
        ? account.state
        : !account.capabilities.sends
          ? "receives_only"
          : leg.opted_out_at !== null
            ? "opted_out"
            : ends !== null && now > ends
              ? "window"
              : null;
  return { leg, account, closed, ends };
}

/** May anything go this way now? Where the window has closed a template may. */
export function isOpen({ closed, account }: Way): boolean {
  return closed === null || (closed === "window" && account?.capabilities.templates === true);
}

/** A message that was stopped or refused goes back into the composer it came from, above what is there now. */
export function takeBack(conversation: string, one: Pending): void {
  const mode: Mode = one.name === "note" ? "note" : "public";
  const { template } = one.args as { template?: TemplateSent };
  if (template) {
    discard(one.id);
    return askForTemplate(conversation, template);
  }
  const words = [String(one.args.text ?? ""), draftOf(conversation, mode)].filter(Boolean).join("\n\n");
  setMode(conversation, mode);
  keepDraft(conversation, mode, words);
  giveBack(placeOf(conversation, mode), one.files);
  const { macro, actions } = one.args as { macro?: string; actions?: ActsView };
  bringBack(placeOf(conversation, mode), macro ?? null, actions ?? null, letterIn(one.args));
  discard(one.id);
  focusComposer();
}

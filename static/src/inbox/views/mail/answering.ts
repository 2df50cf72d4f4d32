// Whom an answer goes to unless its author says otherwise, as the server knows it.

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ConversationView, RecipientsView } from "../../../wire";
import { get } from "../../api";

interface Told {
  mark: string;
  /** Null: it could not be asked. */
  recipients: RecipientsView | null;
}

const KEPT = 50; // conversations whose answer stands at once when they are opened again
const told = signal<ReadonlyMap<string, Told>>(new Map());
const asking = new Set<string>();

function placeOf(conversation: string, leg: string): string {
  return `${conversation} ${leg}`;
}

/** Who is answered changes with what is written and with who takes part. */
function markOf(view: ConversationView): string {
  return [view.last_public_position, view.contact.id, view.subject, view.participants?.length].join(" ");
}

function load(view: ConversationView, leg: string): void {
  const [place, mark] = [placeOf(view.id, leg), markOf(view)];
  const asked = `${place} ${mark}`;
  if (told.peek().get(place)?.mark === mark || asking.has(asked)) return;
  asking.add(asked);
  const put = (recipients: RecipientsView | null) => {
    const others = [...told.peek()].filter(([one]) => one !== place).slice(1 - KEPT);
    told.value = new Map([...others, [place, { mark, recipients }]]);
  };
  // What was known before is better than nothing: the server answers all by itself anyway.
  get<RecipientsView>(`/conversations/${view.id}/recipients`, { leg })
    .then(put, () => put(told.peek().get(place)?.recipients ?? null))
    .finally(() => asking.delete(asked));
}

/** As far as it is known here. */
export function answeringOf(conversation: string, leg: string | null): RecipientsView | null {
  return told.value.get(placeOf(conversation, leg ?? ""))?.recipients ?? null;
}

export interface Answering {
  recipients: RecipientsView | null;
  /** It could not be asked, and is once more. */
  again: (() => void) | null;
}

export function useAnswering(view: ConversationView, leg: string): Answering {
  const place = placeOf(view.id, leg);
  useEffect(() => load(view, leg), [view.id, leg, markOf(view)]);
  const known = told.value.get(place);
  const again = () => {
    told.value = new Map([...told.peek()].filter(([one]) => one !== place));
    load(view, leg);
  };
  return { recipients: known?.recipients ?? null, again: known?.recipients === null ? again : null };
}

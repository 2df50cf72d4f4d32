// "Mark as unread": of a conversation its newest message from the customer, from a message on, or all that are chosen.

import { effect } from "@preact/signals";
import type { ConversationView, MessageView } from "../../../wire";
import { markRead, markUnread, readAgain } from "../../commands";
import { known, state } from "../../store";
import { isUnread } from "../../store/select";
import { toast, undoable } from "../../ui/toasts";
import { count, t } from "../../words";
import { chosenId } from "../shell/chosen";

/** Only what a customer has written is unread; what is unread already needs no word. */
export function canMarkUnread(view: ConversationView): boolean {
  return view.last_customer_position !== null && !isUnread(known, view);
}

/** Marks those that may be, and offers to take it back; `from`: of one conversation, from this message on. */
export function markAsUnread(views: readonly ConversationView[], from?: MessageView): void {
  const before = new Map<string, number>();
  for (const view of views) {
    const newest = view.last_customer_position;
    const to = (from?.position ?? newest ?? 0) - 1;
    const read = state.peek().read.get(view.id) ?? 0;
    if (newest === null || to >= read) continue;
    before.set(view.id, read);
    markUnread(view.id, to);
  }
  if (before.size === 0) return views.length > 0 ? toast(t("bulk.nothing")) : undefined;
  const [only] = views;
  const said = views.length === 1 && only ? t("marked_unread.toast", { number: only.number }) : count("bulk.unread", before.size);
  undoable(said, () => {
    for (const [id, position] of before) {
      readAgain(id);
      markRead(id, position);
    }
  });
}

let open: string | null = null;

/** What is opened is read by looking at it, whatever was said of it before. */
effect(() => {
  const id = chosenId.value;
  if (id === open) return;
  open = id;
  if (id !== null) readAgain(id);
});

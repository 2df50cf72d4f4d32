// Answering one message: quoted where its channel can, else its words are put into the composer as a quotation.

import { signal } from "@preact/signals";
import type { ConversationView, MessageView } from "../../../wire";
import { draftOf, keepDraft } from "../../commands/drafts";
import { known } from "../../store";
import { accountOf, legOf } from "../../store/select";
import { focusComposer, modeOf, setMode } from "./composing";
import { asQuotation } from "./quotation";
import { replyingTo } from "./selection";

/** The message that is to be shown: by a quote that was pressed. It is forgotten as soon as it is shown. */
export const sought = signal<{ conversation: string; message: string } | null>(null);

/** May a reply by this conversation's leg refer to the message itself? */
export function canQuote(view: ConversationView, message: MessageView): boolean {
  const account = accountOf(known, legOf(view, view.leg));
  return message.visibility === "public" && message.held === undefined && account?.capabilities.quoting === true;
}

/** A note is answered by a note, and always in words: a customer never sees what refers to one. */
export function quote(view: ConversationView, message: MessageView): void {
  if (message.erased_at !== null) return;
  if (message.visibility === "note") setMode(view.id, "note");
  if (modeOf(view.id) === "public" && canQuote(view, message)) {
    replyingTo.value = { conversation: view.id, message };
  } else if (message.text) {
    const mode = modeOf(view.id);
    const written = draftOf(view.id, mode);
    const words = asQuotation(message.text);
    if (!written.includes(words)) keepDraft(view.id, mode, `${words}\n\n${written}`);
  }
  focusComposer();
}

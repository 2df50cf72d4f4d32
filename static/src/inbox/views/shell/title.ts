import { useSignalEffect } from "@preact/signals";
import { state } from "../../store";
import { conversationOf, isUnread } from "../../store/select";
import { contactName } from "../names";
import { chosenId } from "./chosen";

/** The tab says what is open, and how many of mine are unread. */
export function useTitle(): void {
  useSignalEffect(() => {
    const { me, conversations } = state.value;
    let unread = 0;
    for (const view of conversations.values()) {
      if (view.status === "open" && view.assignee === me?.id && isUnread(state.value, view)) unread++;
    }
    const open = chosenId.value && conversationOf(state.value, chosenId.value);
    const name = open ? `${contactName(open.contact)} · Parley` : "Parley";
    document.title = unread ? `(${unread}) ${name}` : name;
  });
}

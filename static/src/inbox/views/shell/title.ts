import { useSignalEffect } from "@preact/signals";
import { known } from "../../store";
import { listKey } from "../../store/lists";
import { conversationOf, isUnread } from "../../store/select";
import { contactName } from "../names";
import { chosenId } from "./chosen";

/** The tab says what is open, and how many of mine are unread. */
export function useTitle(): void {
  useSignalEffect(() => {
    const { me, conversations, lists } = known;
    const mine = me && lists.get(listKey({ status: "open", assignee: me.id }));
    let unread = 0;
    for (const id of mine?.ids ?? []) {
      const view = conversations.get(id);
      if (view && isUnread(known, view)) unread++;
    }
    const open = chosenId.value && conversationOf(known, chosenId.value);
    const name = open ? `${contactName(open.contact)} · Parley` : "Parley";
    document.title = unread ? `(${unread}) ${name}` : name;
  });
}

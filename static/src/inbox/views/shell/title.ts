import { useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { loadList } from "../../load";
import { known, state } from "../../store";
import { listKey } from "../../store/lists";
import { callingLists, callsFor, conversationOf } from "../../store/select";
import { contactName } from "../names";
import { chosenId } from "./chosen";

const MOST = 99; // more is no more news

/** The tab says what is open, and how much calls for this agent: hers unread, and what waits untaken in her teams. */
export function useTitle(): void {
  const { generation } = known;
  useEffect(() => {
    // Also where no list is on the screen.
    const wanted = callingLists(state.peek());
    for (const filter of wanted ? [wanted.mine, wanted.free] : []) {
      if (!state.peek().lists.has(listKey(filter))) void loadList(filter);
    }
  }, [generation]);
  useSignalEffect(() => {
    const { n, more } = callsFor(known);
    const open = chosenId.value && conversationOf(known, chosenId.value);
    const name = open ? `${contactName(open.contact)} · Parley` : "Parley";
    const told = n > MOST ? `${MOST}+` : more ? `${n}+` : `${n}`;
    document.title = n ? `(${told}) ${name}` : name;
  });
}

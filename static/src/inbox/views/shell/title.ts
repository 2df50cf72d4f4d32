import { useSignalEffect } from "@preact/signals";
import { known } from "../../store";
import { conversationOf } from "../../store/select";
import { customerName } from "../names";
import { manyOf } from "../notices/words";
import { chosenId } from "./chosen";

/** The tab says what is open, and the bell's number: how much is unread of what this agent is told of. */
export function useTitle(): void {
  useSignalEffect(() => {
    const { unread } = known.notices;
    const open = chosenId.value && conversationOf(known, chosenId.value);
    const name = open ? `${customerName(open)} · Parley` : "Parley";
    document.title = unread > 0 ? `(${manyOf(unread)}) ${name}` : name;
  });
}

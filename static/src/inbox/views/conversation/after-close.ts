// Where an agent goes on from a conversation that was just closed: it stays, or the next of its list, or the list.

import type { ConversationView } from "../../../wire";
import { preferences } from "../../preferences";
import { go } from "../../router";
import { state } from "../../store";
import { shownRows } from "../list/shown";
import { listAddress, listPlace } from "../shell/chosen";

/** The one below it; below the last one the one above. */
function nextTo(id: string): string | undefined {
  const rows = shownRows.peek();
  const at = rows.indexOf(id);
  if (at === -1) return undefined;
  return rows.at(at + 1) ?? (at > 0 ? rows.at(at - 1) : undefined);
}

/** The focus goes to its row, where that is drawn. */
export function toRow(id: string): void {
  const row = document.querySelector<HTMLElement>(`[data-row="${id}"]`);
  row?.scrollIntoView({ block: "nearest" });
  row?.focus({ preventScroll: true });
}

/** Called before it is closed. Answers how to go on, and whether that leads away from it: what is closed and stands in
 *  no list (a link led to it) has no next one, and is stayed with. */
export function wayOn(view: ConversationView): { go: () => void; leaves: boolean } {
  const wanted = preferences.peek().after_close;
  const isListed = shownRows.peek().includes(view.id);
  if (wanted === "stay" || !isListed) return { go: () => undefined, leaves: false };
  const next = nextTo(view.id);
  const there = next === undefined ? undefined : state.peek().conversations.get(next);
  return {
    go: () => {
      if (wanted === "next" && there) go(`/c/${there.number}`, { replace: true });
      else go(listAddress(listPlace.peek()));
      // The focus goes along: what is pressed next is not meant for the button of another conversation.
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
      if (next !== undefined) requestAnimationFrame(() => toRow(next));
    },
    leaves: true,
  };
}

// One person waits in several conversations, as after two contacts were merged: offered to be one, never done by itself.

import { useState } from "preact/hooks";
import type { ConversationView, ProblemView, Running as RunningOne } from "../../../wire";
import { merge } from "../../commands";
import { known } from "../../store";
import { conversationOf } from "../../store/select";
import { Icon } from "../../ui/icons";
import { toast, undoable } from "../../ui/toasts";
import { count, problemText } from "../../words";
import { undo } from "../conversation/undoing";

function runs(view: ConversationView): boolean {
  return view.merged_into === null && (view.status === "open" || view.status === "snoozed");
}

/** Does it run still, as far as is known here? */
function runsStill({ conversation }: RunningOne): boolean {
  const standing = known.conversations.get(conversation);
  return standing === undefined || runs(standing);
}

/** Joins them with the one that is looked at; taken back together. */
async function joinAll(others: readonly RunningOne[], here: ConversationView): Promise<void> {
  const merges: string[] = [];
  try {
    for (const other of others) merges.push(String((await merge(other.conversation, here.id)).merge));
  } catch (refusal) {
    toast(problemText(refusal as ProblemView), { bad: true });
  }
  const said = count("running.joined", merges.length, { number: here.number });
  if (merges.length > 0) undoable(said, () => merges.forEach((one) => undo(one)));
}

export function Running({ running, view: { id } }: { running: readonly RunningOne[]; view: ConversationView }) {
  const [busy, setBusy] = useState(false);
  const here = conversationOf(known, id);
  const others = running.filter((one) => one.conversation !== id && runsStill(one));
  if (others.length === 0 || !here || !runs(here)) return null;
  return (
    <div class="side-running">
      <p>{count("running", others.length)}</p>
      <p class="side-running-acts">
        {others.map(({ number }) => (
          <a key={number} href={`/c/${number}`}>
            #{number}
          </a>
        ))}
        <button
          type="button"
          class="button small"
          data-act="join-running"
          disabled={busy}
          onClick={() => {
            setBusy(true);
            void joinAll(others, here).then(() => setBusy(false));
          }}
        >
          <Icon name="merge" size={14} />
          {count("running.join", others.length)}
        </button>
      </p>
    </div>
  );
}

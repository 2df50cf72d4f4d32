// Taking back a merge or split, at once from the toast or later from the conversation's menu.

import { useEffect, useState } from "preact/hooks";
import type { ConversationView, MergesList, MergeView, ProblemView } from "../../../wire";
import { get, problemOf } from "../../api";
import { undoMerge } from "../../commands";
import { known } from "../../store";
import { Dialog } from "../../ui/dialog";
import { Moment } from "../../ui/moment";
import { Skeleton } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { problemText, t } from "../../words";
import { actorName } from "../names";

export function undo(id: string): void {
  undoMerge(id).then(
    () => toast(t("merge.undone")),
    (problem: ProblemView) => toast(problemText(problem), { bad: true }),
  );
}

/** "#12 → #7", as far as this page knows their numbers. */
function betweenWords({ source, into }: MergeView): string {
  const numbers = [source, into].map((id) => known.conversations.get(id)?.number);
  return numbers.every((number) => number !== undefined) ? numbers.map((number) => `#${number}`).join(" → ") : "";
}

function Undoable({ one, done }: { one: MergeView; done: () => void }) {
  const name = actorName(one.actor);
  return (
    <li class="undoable">
      <span>
        {t(one.kind.endsWith("merge") ? "line.merged" : "line.split", { name })} {betweenWords(one)}
        <span class="faint">
          <Moment at={one.at} />
        </span>
      </span>
      <button
        type="button"
        class="button"
        onClick={() => {
          undo(one.id);
          done();
        }}
      >
        {t("undo")}
      </button>
    </li>
  );
}

/** What was merged or split here and not taken back yet, the newest first. */
export function UndoDialog({ view, close }: { view: ConversationView; close: () => void }) {
  const [merges, setMerges] = useState<MergeView[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    get<MergesList>(`/conversations/${view.id}/merges`).then(
      (answer) => setMerges(answer.merges.filter((one) => one.undone_at === null)),
      (error: unknown) => setProblem(problemText(problemOf(error))),
    );
  }, [view.id]);
  return (
    <Dialog title={t("undo_merge")} close={close}>
      {problem && (
        <p class="form-problem" role="alert">
          {problem}
        </p>
      )}
      {!merges && !problem && <Skeleton kind="row" rows={1} />}
      {merges?.length === 0 && <p>{t("undo_merge.none")}</p>}
      {merges && (
        <ul>
          {merges.map((one) => (
            <Undoable key={one.id} one={one} done={close} />
          ))}
        </ul>
      )}
    </Dialog>
  );
}

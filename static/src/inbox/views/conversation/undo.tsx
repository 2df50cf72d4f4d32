// Taking back a merge or split, at once from the toast or later from the conversation's menu.

import { useEffect, useState } from "preact/hooks";
import type { MergeSide, MergesList, MergeView } from "../../../wire";
import { get, problemOf } from "../../api";
import { Dialog } from "../../ui/dialog";
import { Moment } from "../../ui/moment";
import { Skeleton } from "../../ui/states";
import { problemText, t } from "../../words";
import { actorName } from "../names";
import { undo } from "./undoing";

function sideWords({ number, name }: MergeSide): string {
  return number === null ? name || t("contact.unnamed") : name ? `#${number} ${name}` : `#${number}`;
}

/** "#12 Kim → #7 Lee" */
function betweenWords({ source, into }: MergeView): string {
  return `${sideWords(source)} → ${sideWords(into)}`;
}

const SAYS = {
  "conversation.merge": "line.merged",
  "conversation.split": "line.split",
  "contact.merge": "line.contact_merged",
  "contact.split": "line.contact_split",
} as const;

function Undoable({ one, done }: { one: MergeView; done: () => void }) {
  const name = actorName(one.actor);
  return (
    <li class="undoable">
      <span>
        <b class="undoable-sides">{betweenWords(one)}</b>
        <span class="faint">
          {t(SAYS[one.kind], { name })} · <Moment at={one.at} />
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

interface UndoDialogProps {
  /** Where the merges are asked for: a conversation's, or a contact's. */
  from: string;
  close: () => void;
}

/** What was merged or split here and not taken back yet, the newest first. */
export function UndoDialog({ from, close }: UndoDialogProps) {
  const [merges, setMerges] = useState<MergeView[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    get<MergesList>(from).then(
      (answer) => setMerges(answer.merges.filter((one) => one.undone_at === null)),
      (error: unknown) => setProblem(problemText(problemOf(error))),
    );
  }, [from]);
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

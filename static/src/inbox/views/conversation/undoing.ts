// Taking back a merge or split.

import type { ProblemView } from "../../../wire";
import { undoMerge } from "../../commands";
import { toast, undoable } from "../../ui/toasts";
import { problemText, t } from "../../words";

export function undo(id: string): void {
  undoMerge(id).then(
    () => toast(t("merge.undone")),
    (problem: ProblemView) => toast(problemText(problem), { bad: true }),
  );
}

/** Said, and taken back at a press. */
export function offerUndo(text: string, id: unknown): void {
  undoable(text, () => undo(String(id)));
}

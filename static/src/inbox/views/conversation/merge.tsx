import { useState } from "preact/hooks";
import type { ConversationPage, ConversationView, ProblemView } from "../../../wire";
import { get, problemOf } from "../../api";
import { merge, split } from "../../commands";
import { go } from "../../router";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icons";
import { toast, undoable } from "../../ui/toasts";
import { count, problemText, t } from "../../words";
import { previewText } from "../list/row";
import { contactName } from "../names";
import { chosenMessages, selecting, stopChoosing } from "./selection";
import { undo } from "./undo";

function offerUndo(text: string, id: unknown): void {
  undoable(text, () => undo(String(id)));
}

/** Into which conversation: found by its number, shown before anything is done. */
export function MergeDialog({ view, close }: { view: ConversationView; close: () => void }) {
  const [number, setNumber] = useState("");
  const [found, setFound] = useState<ConversationView | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const look = async () => {
    setProblem(null);
    try {
      const { conversation } = await get<ConversationPage>(
        `/conversations/${encodeURIComponent(number.replace("#", "").trim())}`,
      );
      if (conversation.id === view.id) setProblem(t("merge.same"));
      else setFound(conversation);
    } catch (error) {
      setProblem(problemText(problemOf(error)));
    }
  };
  const run = async (into: ConversationView) => {
    close();
    try {
      const value = await merge(view.id, into.id);
      offerUndo(t("merge.done", { from: view.number, into: into.number }), value.merge);
      go(`/c/${into.number}`, { replace: true });
    } catch (refusal) {
      toast(problemText(refusal as ProblemView), { bad: true });
    }
  };
  return (
    <Dialog title={t("merge")} close={close}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void (found ? run(found) : look());
        }}
      >
        <p>{t("merge.explain", { number: view.number })}</p>
        <label class="field">
          <span>{t("merge.number")}</span>
          <input
            class="input"
            inputMode="numeric"
            value={number}
            placeholder="#1234"
            onInput={(event) => {
              setNumber(event.currentTarget.value);
              setFound(null);
            }}
          />
        </label>
        {problem && (
          <p class="form-problem" role="alert">
            {problem}
          </p>
        )}
        {found && (
          <div class="merge-found">
            <b>
              #{found.number} {contactName(found.contact)}
            </b>
            <span>{found.subject || (found.preview && previewText(found, found.preview))}</span>
            {found.contact.id !== view.contact.id && (
              <p class="form-warning">
                <Icon name="warning" size={15} />
                {t("merge.other_person")}
              </p>
            )}
          </div>
        )}
        <div class="form-acts">
          <button type="button" class="button" onClick={close}>
            {t("cancel")}
          </button>
          <button type="submit" class="button primary" disabled={!number.trim()}>
            {t(found ? "merge" : "merge.look")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Stands over the composer while messages are being chosen. */
export function SplitBar({ view }: { view: ConversationView }) {
  const n = chosenMessages.value.size;
  if (selecting.value !== view.id) return null;
  const run = async () => {
    const messages = [...chosenMessages.value];
    stopChoosing();
    try {
      const value = await split(view.id, messages);
      offerUndo(count("split.done", messages.length), value.merge);
    } catch (refusal) {
      toast(problemText(refusal as ProblemView), { bad: true });
    }
  };
  return (
    <div class="split-bar" role="toolbar" aria-label={t("split")}>
      <span>{n === 0 ? t("split.choose") : count("split.chosen", n)}</span>
      <button type="button" class="button" onClick={stopChoosing}>
        {t("cancel")}
      </button>
      <button type="button" class="button primary" disabled={n === 0} onClick={() => void run()}>
        {t("split.run")}
      </button>
    </div>
  );
}

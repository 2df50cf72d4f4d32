import { useState } from "preact/hooks";
import type { ConversationPage, ConversationView, ProblemView } from "../../../wire";
import { get, problemOf } from "../../api";
import { merge } from "../../commands";
import { go } from "../../router";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icons";
import { toast } from "../../ui/toasts";
import { problemText, t } from "../../words";
import { previewText } from "../list/row";
import { contactName } from "../names";
import { offerUndo } from "./undoing";

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

import type { ConversationView, ProblemView } from "../../../wire";
import { split } from "../../commands";
import { toast } from "../../ui/toasts";
import { count, problemText, t } from "../../words";
import { chosenMessages, selecting, stopChoosing } from "./selection";
import { offerUndo } from "./undoing";

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

import { crossingOf, forgetCrossing, swapDrafts } from "../../commands/drafts";
import type { Mode } from "../../store/state";
import { Icon } from "../../ui/icons";
import { t } from "../../words";

/** Two devices have written the same draft: the newest stands in the field, the other is not lost. */
export function CrossedDrafts({ conversation, mode, focus }: { conversation: string; mode: Mode; focus: () => void }) {
  const crossed = crossingOf(conversation, mode);
  if (!crossed) return null;
  const close = () => {
    forgetCrossing(conversation, mode);
    focus();
  };
  return (
    <div class="composer-crossed" role="status">
      <Icon name="device" size={15} />
      <span class="composer-crossed-words">
        {t(crossed.stands === "theirs" ? "draft.theirs" : "draft.ours")}
        <q>{crossed.other}</q>
      </span>
      <button
        type="button"
        class="button small"
        onClick={() => {
          swapDrafts(conversation, mode);
          focus();
        }}
      >
        {t("draft.swap")}
      </button>
      <button type="button" class="button quiet square small" aria-label={t("dismiss")} onClick={close}>
        <Icon name="close" size={14} />
      </button>
    </div>
  );
}

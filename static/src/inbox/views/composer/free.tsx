import type { ConversationView } from "../../../wire";
import { assign } from "../../commands";
import { draftOf } from "../../commands/drafts";
import { known } from "../../store";
import type { Mode } from "../../store/state";
import { Icon } from "../../ui/icons";
import { t } from "../../words";

/** Who answers what is nobody's is asked to take it: while they write, and as long as theirs is the last word. */
export function Free({ view, mode, focus }: { view: ConversationView; mode: Mode; focus: () => void }) {
  const { me } = known;
  if (!me || mode !== "public" || view.assignee !== null || view.status === "spam") return null;
  const rows = known.threads.get(view.id)?.rows ?? [];
  const last = rows.findLast(({ message }) => message.visibility === "public");
  if (!draftOf(view.id, mode) && last?.message.author.id !== me.id) return null;
  return (
    <div class="composer-acts composer-free" role="status">
      <Icon name="nobody" size={14} />
      <span>{t("composer.free")}</span>
      <button
        type="button"
        class="button small"
        data-act="take"
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => {
          void assign(view.id, me.id);
          focus();
        }}
      >
        {t("composer.take")}
      </button>
    </div>
  );
}

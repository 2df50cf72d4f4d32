import type { ConversationView } from "../../../wire";
import { Icon } from "../../ui/icons";
import { t } from "../../words";

/** What a reply does beside being sent, where the conversation was over: said before it is written. */
export function Reopens({ view }: { view: ConversationView }) {
  if (view.status !== "closed") return null;
  return (
    <p class="composer-acts composer-reopens" role="status">
      <Icon name="check" size={14} />
      {t("composer.reopens")}
    </p>
  );
}

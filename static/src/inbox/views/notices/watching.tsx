import type { ConversationView } from "../../../wire";
import { unwatch, watch } from "../../commands";
import { known, state } from "../../store";
import { isWatching } from "../../store/select";
import { Icon } from "../../ui/icons";
import { t } from "../../words";

export function toggleWatching(conversation: string): void {
  void (isWatching(state.peek(), conversation) ? unwatch : watch)(conversation);
}

/** Shown while it is watched, and then the way to stop; who does not watch finds it in the menu and by its key. */
export function WatchChip({ view }: { view: ConversationView }) {
  if (!isWatching(known, view.id)) return null;
  return (
    <button
      type="button"
      class="chip watch-chip"
      aria-pressed="true"
      title={t("unwatch")}
      aria-label={t("unwatch")}
      aria-keyshortcuts="W"
      onClick={() => void unwatch(view.id)}
    >
      <Icon name="eye" size={15} />
      <span class="chip-word">{t("watching")}</span>
    </button>
  );
}

import { setPreferences } from "../../commands";
import { HOLDS, undoSeconds } from "../../commands/held";
import { ChoiceRow } from "../../ui/choice-row";
import { count, t } from "../../words";

/** For how long a reply waits before it goes. */
export function UndoSend() {
  return (
    <section class="card">
      <h3 class="card-title">{t("settings.undo_send")}</h3>
      <p class="faint">{t("settings.undo_send_more")}</p>
      <ChoiceRow
        label={t("settings.undo_send")}
        name="undo-send"
        choices={HOLDS.map((id) => ({ id, label: id === 0 ? t("settings.undo_send_off") : count("settings.seconds", id) }))}
        chosen={undoSeconds()}
        choose={(seconds) => setPreferences({ undo_send: seconds })}
      />
    </section>
  );
}

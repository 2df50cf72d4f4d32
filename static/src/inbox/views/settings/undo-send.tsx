import { setPreferences } from "../../commands";
import { HOLDS, undoSeconds } from "../../commands/held";
import { count, t } from "../../words";

/** For how long a reply waits before it goes. */
export function UndoSend() {
  const chosen = undoSeconds();
  return (
    <section class="card">
      <h3 class="card-title">{t("settings.undo_send")}</h3>
      <p class="faint">{t("settings.undo_send_more")}</p>
      <div class="choice-row" role="radiogroup" aria-label={t("settings.undo_send")}>
        {HOLDS.map((seconds) => (
          <label key={seconds} class="radio">
            <input
              type="radio"
              name="undo-send"
              checked={chosen === seconds}
              onChange={() => setPreferences({ undo_send: seconds })}
            />
            {seconds === 0 ? t("settings.undo_send_off") : count("settings.seconds", seconds)}
          </label>
        ))}
      </div>
    </section>
  );
}

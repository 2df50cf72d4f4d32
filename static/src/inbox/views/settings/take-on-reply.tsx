import { setPreferences } from "../../commands";
import { known } from "../../store";
import { t } from "../../words";

/** Does this agent have what is nobody's from the first answer on? */
export function TakeOnReply() {
  const said = known.preferences.assign_on_reply;
  const chosen = typeof said === "boolean" ? said : known.takesOnReply;
  return (
    <section class="card">
      <h3 class="card-title">{t("settings.take_on_reply")}</h3>
      <p class="faint">{t("settings.take_on_reply_more")}</p>
      <div class="choice-row" role="radiogroup" aria-label={t("settings.take_on_reply")}>
        {[true, false].map((takes) => (
          <label key={String(takes)} class="radio">
            <input
              type="radio"
              name="take-on-reply"
              checked={chosen === takes}
              onChange={() => setPreferences({ assign_on_reply: takes })}
            />
            {t(takes ? "settings.take_on_reply_yes" : "settings.take_on_reply_no")}
          </label>
        ))}
      </div>
    </section>
  );
}

import { type Preferences, prefer, preferences } from "../../preferences";
import { ChoiceRow } from "../../ui/choice-row";
import { t, type WordKey } from "../../words";

const WAYS: readonly Preferences["after_close"][] = ["stay", "next", "list"];

/** Where one goes on from a conversation one has closed. */
export function AfterClose() {
  return (
    <section class="card">
      <h3 class="card-title">{t("settings.after_close")}</h3>
      <p class="faint">{t("settings.after_close_more")}</p>
      <ChoiceRow
        label={t("settings.after_close")}
        name="after-close"
        choices={WAYS.map((id) => ({ id, label: t(`settings.after_close_${id}` as WordKey) }))}
        chosen={preferences.value.after_close}
        choose={(id) => prefer({ after_close: id })}
      />
    </section>
  );
}

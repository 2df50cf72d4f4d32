import { LANGUAGES } from "../../../shared/i18n";
import { prefer, preferences } from "../../preferences";
import { signOut } from "../../session";
import { known } from "../../store";
import { AgentAvatar } from "../../ui/avatar";
import { t, type WordKey } from "../../words";

const NAMES = { en: "English", ko: "한국어" } as const;

export function Me() {
  const { me, directory } = known;
  if (!me) return null;
  const teams = directory.teams.filter((team) => me.teams.includes(team.id)).map((team) => team.name);
  return (
    <>
      <section class="card me-card">
        <AgentAvatar agent={me} size="large" />
        <div>
          <p class="me-name">{me.name}</p>
          <p class="faint">{me.email}</p>
          <p class="faint">
            {t(`role.${me.role}` as WordKey)}
            {teams.length > 0 && ` · ${teams.join(", ")}`}
          </p>
        </div>
        <button type="button" class="button" onClick={() => void signOut()}>
          {t("sign_out")}
        </button>
      </section>
      <section class="card">
        <h3 class="card-title">{t("settings.language")}</h3>
        <div class="choice-row" role="radiogroup" aria-label={t("settings.language")}>
          <label class="radio">
            <input
              type="radio"
              name="language"
              checked={preferences.value.language === ""}
              onChange={() => prefer({ language: "" })}
            />
            {t("settings.language_browser")}
          </label>
          {LANGUAGES.map((one) => (
            <label key={one} class="radio" lang={one}>
              <input
                type="radio"
                name="language"
                checked={preferences.value.language === one}
                onChange={() => prefer({ language: one })}
              />
              {NAMES[one]}
            </label>
          ))}
        </div>
      </section>
    </>
  );
}

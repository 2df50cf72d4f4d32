import { useState } from "preact/hooks";
import { LANGUAGES } from "../../../shared/i18n";
import type { ThemeChoice } from "../../../shared/theme";
import { patch } from "../../api";
import { prefer, preferences } from "../../preferences";
import { signOut } from "../../session";
import { known } from "../../store";
import { toast } from "../../ui/toasts";
import { t, type WordKey } from "../../words";
import { NameField } from "./editable";
import { Form } from "./form";
import { OwnPicture } from "./picture";
import { UndoSend } from "./undo-send";

const NAMES = { en: "English", ko: "한국어" } as const;
const THEMES: readonly ThemeChoice[] = ["system", "light", "dark", "contrast"];

function OwnName({ name: before }: { name: string }) {
  const [name, setName] = useState(before);
  return (
    <Form
      label={t("save")}
      disabled={!name.trim() || name.trim() === before}
      save={() => patch("/session/profile", { name: name.trim() })}
      done={() => toast(t("me.named"))}
    >
      <NameField label={t("me.name")} name={name} change={setName} />
    </Form>
  );
}

function Languages() {
  const chosen = preferences.value.language;
  return (
    <section class="card">
      <h3 class="card-title">{t("settings.language")}</h3>
      <div class="choice-row" role="radiogroup" aria-label={t("settings.language")}>
        <label class="radio">
          <input type="radio" name="language" checked={chosen === ""} onChange={() => prefer({ language: "" })} />
          {t("settings.language_browser")}
        </label>
        {LANGUAGES.map((one) => (
          <label key={one} class="radio" lang={one}>
            <input
              type="radio"
              name="language"
              checked={chosen === one}
              onChange={() => prefer({ language: one })}
            />
            {NAMES[one]}
          </label>
        ))}
      </div>
    </section>
  );
}

function Themes() {
  const chosen = preferences.value.theme;
  return (
    <section class="card">
      <h3 class="card-title">{t("look.theme")}</h3>
      <div class="choice-row" role="radiogroup" aria-label={t("look.theme")}>
        {THEMES.map((one) => (
          <label key={one} class="radio">
            <input type="radio" name="own-theme" checked={chosen === one} onChange={() => prefer({ theme: one })} />
            {t(`look.theme.${one}` as WordKey)}
          </label>
        ))}
      </div>
    </section>
  );
}

export function Me() {
  const { me, directory } = known;
  if (!me) return null;
  const teams = directory.teams.filter((team) => me.teams.includes(team.id)).map((team) => team.name);
  return (
    <>
      <section class="card profile">
        <p class="faint">{t("me.profile_more")}</p>
        <OwnPicture />
        <OwnName name={me.name} />
        <dl class="facts">
          <dt>{t("email")}</dt>
          <dd>{me.email}</dd>
          <dt>{t("role")}</dt>
          <dd>{t(`role.${me.role}` as WordKey)}</dd>
          <dt>{t("nav.teams")}</dt>
          <dd>{teams.length ? teams.join(", ") : t("agents.no_teams")}</dd>
        </dl>
      </section>
      <Languages />
      <Themes />
      <UndoSend />
      <section class="card">
        <button type="button" class="button" onClick={() => void signOut()}>
          {t("sign_out")}
        </button>
      </section>
    </>
  );
}

import { useState } from "preact/hooks";
import { LANGUAGES } from "../../../shared/i18n";
import type { ThemeChoice } from "../../../shared/theme";
import { patch } from "../../api";
import { prefer, preferences } from "../../preferences";
import { signOut } from "../../session";
import { known } from "../../store";
import { ChoiceRow } from "../../ui/choice-row";
import { toast } from "../../ui/toasts";
import { t, type WordKey } from "../../words";
import { AfterClose } from "./after-close";
import { NameField } from "./editable";
import { Form } from "./form";
import { OwnPlace } from "./own-place";
import { OwnPicture } from "./picture";
import { Signature } from "./signature";
import { TakeOnReply } from "./take-on-reply";
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
  return (
    <section class="card">
      <h3 class="card-title">{t("settings.language")}</h3>
      <ChoiceRow
        label={t("settings.language")}
        name="language"
        choices={[
          { id: "", label: t("settings.language_browser") },
          ...LANGUAGES.map((id) => ({ id, label: NAMES[id], lang: id })),
        ]}
        chosen={preferences.value.language}
        choose={(id) => prefer({ language: id })}
      />
    </section>
  );
}

function Themes() {
  return (
    <section class="card">
      <h3 class="card-title">{t("look.theme")}</h3>
      <ChoiceRow
        label={t("look.theme")}
        name="own-theme"
        choices={THEMES.map((id) => ({ id, label: t(`look.theme.${id}` as WordKey) }))}
        chosen={preferences.value.theme}
        choose={(id) => prefer({ theme: id })}
      />
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
      <Signature />
      <UndoSend />
      <TakeOnReply />
      <AfterClose />
      {known.limits.places.map((place) => (
        <OwnPlace key={place.name} {...place} />
      ))}
      <section class="card">
        <button type="button" class="button" onClick={() => void signOut()}>
          {t("sign_out")}
        </button>
      </section>
    </>
  );
}

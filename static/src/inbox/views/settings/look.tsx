import type { ThemeChoice } from "../../../shared/theme";
import { type Preferences, prefer, preferences } from "../../preferences";
import { ChoiceRow } from "../../ui/choice-row";
import { t, type WordKey } from "../../words";

const THEMES: readonly ThemeChoice[] = ["system", "light", "dark", "contrast"];
const DENSITIES: readonly Preferences["density"][] = ["roomy", "dense"];

export function Look() {
  const { theme, density } = preferences.value;
  return (
    <>
      <section class="card">
        <h3 class="card-title">{t("look.theme")}</h3>
        <div class="themes" role="radiogroup" aria-label={t("look.theme")}>
          {THEMES.map((one) => (
            <label key={one} class="theme-choice">
              <input type="radio" name="theme" checked={theme === one} onChange={() => prefer({ theme: one })} />
              <span
                class={`theme-sample sample-${one}`}
                aria-hidden="true"
                data-theme={one === "system" ? undefined : one}
              >
                <i />
                <i />
                <i />
              </span>
              {t(`look.theme.${one}` as WordKey)}
            </label>
          ))}
        </div>
      </section>
      <section class="card">
        <h3 class="card-title">{t("look.density")}</h3>
        <ChoiceRow
          label={t("look.density")}
          name="density"
          choices={DENSITIES.map((id) => ({ id, label: t(`look.density.${id}` as WordKey) }))}
          chosen={density}
          choose={(id) => prefer({ density: id })}
        />
      </section>
    </>
  );
}

import type { ThemeChoice } from "../../../shared/theme";
import { type Preferences, prefer, preferences } from "../../preferences";
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
        <div class="choice-row" role="radiogroup" aria-label={t("look.density")}>
          {DENSITIES.map((one) => (
            <label key={one} class="radio">
              <input type="radio" name="density" checked={density === one} onChange={() => prefer({ density: one })} />
              {t(`look.density.${one}` as WordKey)}
            </label>
          ))}
        </div>
      </section>
    </>
  );
}

import type { ComponentChildren } from "preact";
import { LANGUAGES } from "../../../shared/i18n";
import { prefer } from "../../preferences";
import { language, t } from "../../words";

const NAMES = { en: "English", ko: "한국어" } as const;

/** The page before the inbox: one card, and the language in its own words. */
export function SignFrame({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <main class="sign">
      <div class="sign-card">
        <div class="sign-brand">
          <span class="brand-mark large" aria-hidden="true" />
          <span>Parley</span>
        </div>
        <h1 class="sign-title">{title}</h1>
        {children}
      </div>
      <div class="sign-languages" role="group" aria-label={t("settings.language")}>
        {LANGUAGES.map((one) => (
          <button
            key={one}
            type="button"
            class="button quiet small"
            lang={one}
            aria-pressed={one === language.value}
            onClick={() => prefer({ language: one })}
          >
            {NAMES[one]}
          </button>
        ))}
      </div>
    </main>
  );
}

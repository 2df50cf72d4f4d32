// What customers would be told now if these hours counted, in both of the widget's languages, as the server reckons it.

import { useEffect, useRef, useState } from "preact/hooks";
import { backAt } from "../../../shared/back";
import { type Catalogue, fill, type Language, LANGUAGES } from "../../../shared/i18n";
import { clock } from "../../../shared/time";
import type { HoursTried, SetHours } from "../../../wire";
import { language, t } from "../../words";
import { useTried } from "./tried";

const CATALOGUES: Readonly<Record<Language, () => Promise<{ default: Catalogue }>>> = {
  en: () => import("../../../i18n/widget.en.json"),
  ko: () => import("../../../i18n/widget.ko.json"),
};

function useWidgetWords(): Readonly<Record<Language, Catalogue>> | null {
  const [words, setWords] = useState<Readonly<Record<Language, Catalogue>> | null>(null);
  useEffect(() => {
    let gone = false;
    void Promise.all([CATALOGUES.en(), CATALOGUES.ko()]).then(
      ([en, ko]) => !gone && setWords({ en: en.default, ko: ko.default }),
      // The hours are set without a preview as well.
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, []);
  return words;
}

function saidBack(words: Catalogue, until: number | null, spoken: Language): string {
  if (until === null) return "";
  const [key, params] = backAt(until, Date.now(), spoken);
  return fill(words[key] ?? "", params);
}

/** Null: what is written is not whole yet; what was whole last goes on being shown. */
export function HoursPreview({ hours }: { hours: SetHours | null }) {
  const whole = useRef(hours);
  whole.current = hours ?? whole.current;
  const tried = useTried<HoursTried>("/hours/try", whole.current);
  const words = useWidgetWords();
  return (
    <section class="hours-preview" aria-label={t("hours.preview")}>
      <h3>{t("hours.preview")}</h3>
      <div role="status">
        {tried.phase === "failed" && <p class="form-problem">{tried.text}</p>}
        {tried.phase === "asked" && <p class="faint">{t("loading")}</p>}
        {tried.phase === "ready" && tried.open && (
          <p>
            {tried.until === null
              ? t("hours.preview_always")
              : t("hours.preview_open", { time: clock(tried.until, language.value) })}
          </p>
        )}
        {tried.phase === "ready" &&
          !tried.open &&
          words &&
          LANGUAGES.map((one) => (
            <blockquote key={one} lang={one}>
              {words[one]["away.text"]} {saidBack(words[one], tried.until, one)}
            </blockquote>
          ))}
      </div>
    </section>
  );
}

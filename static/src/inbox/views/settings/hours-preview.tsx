// What customers would be told now if these hours counted, in both of the widget's languages, as the server reckons it.

import { useEffect, useState } from "preact/hooks";
import { backAt } from "../../../shared/back";
import { type Catalogue, fill, type Language, LANGUAGES } from "../../../shared/i18n";
import { clock } from "../../../shared/time";
import type { HoursTried, SetHours } from "../../../wire";
import { post, problemOf } from "../../api";
import { language, problemText, t } from "../../words";

const SETTLES = 300; // ms without a change until it is reckoned anew
const CATALOGUES: Readonly<Record<Language, () => Promise<{ default: Catalogue }>>> = {
  en: () => import("../../../i18n/widget.en.json"),
  ko: () => import("../../../i18n/widget.ko.json"),
};

type Tried = { phase: "asked" } | { phase: "failed"; text: string } | ({ phase: "ready" } & HoursTried);

function useTried(hours: SetHours | null): Tried {
  const [tried, setTried] = useState<Tried>({ phase: "asked" });
  const said = JSON.stringify(hours);
  useEffect(() => {
    if (hours === null) return;
    let current = true;
    const timer = setTimeout(() => {
      post<HoursTried>("/hours/try", hours).then(
        (answer) => current && setTried({ phase: "ready", ...answer }),
        (error: unknown) => current && setTried({ phase: "failed", text: problemText(problemOf(error)) }),
      );
    }, SETTLES);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [said]);
  return tried;
}

function useWidgetWords(): Readonly<Record<Language, Catalogue>> | null {
  const [words, setWords] = useState<Readonly<Record<Language, Catalogue>> | null>(null);
  useEffect(() => {
    let gone = false;
    void Promise.all([CATALOGUES.en(), CATALOGUES.ko()]).then(
      ([en, ko]) => !gone && setWords({ en: en.default, ko: ko.default }),
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

/** Null: what is written is not whole yet. */
export function HoursPreview({ hours }: { hours: SetHours | null }) {
  const tried = useTried(hours);
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

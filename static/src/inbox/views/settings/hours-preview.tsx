// What customers would be told now if these hours counted, in both of the widget's languages, as the server reckons it,
// and in which chats.

import { useEffect, useRef, useState } from "preact/hooks";
import { backAt } from "../../../shared/back";
import { lists } from "../../../shared/formats";
import { type Catalogue, fill, type Language, LANGUAGES } from "../../../shared/i18n";
import { clock } from "../../../shared/time";
import type { HoursTried, SetHours } from "../../../wire";
import { language, t } from "../../words";
import { type Following, saidAway, teamKey } from "./hours-chats";
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

interface HoursPreviewProps {
  team: string;
  /** That tell customers of these hours. */
  chats: readonly Following[];
  /** Null: what is written is not whole yet; what was whole last goes on being shown. */
  hours: SetHours | null;
}

export function HoursPreview({ team, chats, hours }: HoursPreviewProps) {
  const whole = useRef(hours);
  whole.current = hours ?? whole.current;
  const tried = useTried<HoursTried>("/hours/try", whole.current);
  const words = useWidgetWords();
  const title = t(chats.length > 0 ? "hours.preview" : "hours.preview_would");
  return (
    <section class="hours-preview" aria-label={title}>
      <h3>{title}</h3>
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
          LANGUAGES.flatMap((one) =>
            saidAway(chats, one, words[one]["away.text"] ?? "").map((away) => (
              <blockquote key={one + away} lang={one}>
                {away} {saidBack(words[one], tried.until, one)}
              </blockquote>
            )),
          )}
      </div>
      {chats.length > 0 ? (
        <p class="faint">{t("hours.in_chats", { chats: lists(language.value).format(chats.map((chat) => chat.label)) })}</p>
      ) : (
        <p class="form-note">
          <span>
            {t("hours.in_no_chat_how")} <code>{teamKey(team)}</code>
          </span>
        </p>
      )}
    </section>
  );
}

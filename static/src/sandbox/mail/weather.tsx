import { useState } from "preact/hooks";
import { Section } from "../inbox";
import { type Box, change, type Takes } from "./door";
import { count, t } from "./words";

const TAKES: readonly Takes[] = ["all", "full", "unknown", "later"];

/** How this mailbox treats what comes. */
export function WeatherPanel({ box }: { box: Box }) {
  const [failed, setFailed] = useState(false);
  const set = (weather: Parameters<typeof change>[1]) =>
    void change(box.address, weather).then(
      () => setFailed(false),
      () => setFailed(true),
    );
  const refuses = box.takes === "full" || box.takes === "unknown";
  return (
    <Section title={t("letters.weather")}>
      <p class="faint">{t("letters.weather_more")}</p>
      <label class="takes">
        {t("letters.takes")}
        <select value={box.takes} onChange={(event) => set({ takes: event.currentTarget.value as Takes })}>
          {TAKES.map((takes) => (
            <option key={takes} value={takes}>
              {t(`letters.takes.${takes}`)}
            </option>
          ))}
        </select>
      </label>
      {box.takes === "later" && <p class="faint">{count("letters.put_off", box.put_off)}</p>}
      <Switch
        on={box.afterwards}
        set={(afterwards) => set({ afterwards })}
        words={t("letters.afterwards")}
        more={t("letters.afterwards_more")}
        disabled={!refuses}
      />
      <Switch on={box.slow} set={(slow) => set({ slow })} words={t("letters.slow")} more={t("letters.slow_more")} />
      <Switch on={box.away} set={(away) => set({ away })} words={t("letters.away")} more={t("letters.away_more")} />
      <p class="failed" role="alert">
        {failed && t("letters.not_done")}
      </p>
    </Section>
  );
}

interface Switched {
  on: boolean;
  set: (on: boolean) => void;
  words: string;
  more: string;
  disabled?: boolean;
}

function Switch({ on, set, words, more, disabled = false }: Switched) {
  return (
    <label class="check switch">
      <input type="checkbox" role="switch" checked={on} disabled={disabled} onChange={(event) => set(event.currentTarget.checked)} />
      <span>
        {words}
        <span class="faint">{more}</span>
      </span>
    </label>
  );
}

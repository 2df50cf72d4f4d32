import { useState } from "preact/hooks";
import { numbers } from "../../shared/formats";
import { Section } from "../inbox";
import { change, type Fault, type Pace, plan, SHARES, type Share, type Weather } from "./door";
import { language, t } from "./words";

const PACES: readonly Pace[] = ["quick", "slow", "crawling"];
const FAULTS: readonly Fault[] = ["busy", "broken", "cut_after"];
const SKIES = ["fair", "storm"] as const;
const STEP = 5; // percent

export function WeatherPanel({ weather }: { weather: Weather }) {
  const [told, setTold] = useState<"" | "planned" | "failed">("");
  const does = (doing: Promise<void>, then: "" | "planned" = "") =>
    void doing.then(
      () => setTold(then),
      () => setTold("failed"),
    );
  return (
    <Section title={t("phones.weather")}>
      <p class="faint">{t("phones.weather_more")}</p>
      <div class="row">
        {SKIES.map((sky) => (
          <button type="button" key={sky} onClick={() => does(change({ sky }))}>
            {t(`phones.sky.${sky}`)}
          </button>
        ))}
      </div>
      <label class="pace">
        {t("phones.pace")}
        <select value={weather.pace} onChange={(event) => does(change({ pace: event.currentTarget.value as Pace }))}>
          {PACES.map((pace) => (
            <option key={pace} value={pace}>
              {t(`phones.pace.${pace}`)}
            </option>
          ))}
        </select>
      </label>
      {SHARES.map((share) => (
        <Slider key={share} share={share} value={weather[share]} set={(value) => does(change({ [share]: value }))} />
      ))}
      <h3 id="next">{t("phones.next")}</h3>
      <div class="row" role="group" aria-labelledby="next">
        {FAULTS.map((fault) => (
          <button type="button" key={fault} onClick={() => does(plan(fault), "planned")}>
            {t(`phones.next.${fault}`)}
          </button>
        ))}
      </div>
      <p class="told" role="status">
        {told === "planned" ? t("phones.next_done") : told === "failed" ? t("phones.not_done") : null}
      </p>
    </Section>
  );
}

/** While it is dragged it shows where it stands; it is said when it is let go. */
function Slider({ share, value, set }: { share: Share; value: number; set: (value: number) => void }) {
  const [dragged, setDragged] = useState<number | null>(null);
  const shown = dragged ?? value;
  const written = numbers(language, { style: "percent" }).format(shown / 100);
  return (
    <label class="slider">
      <span>{t(`phones.share.${share}`)}</span>
      <span class="share" aria-hidden="true">{written}</span>
      <input
        type="range"
        min={0}
        max={100}
        step={STEP}
        value={shown}
        aria-valuetext={written}
        onInput={(event) => setDragged(event.currentTarget.valueAsNumber)}
        onChange={(event) => {
          set(event.currentTarget.valueAsNumber);
          setDragged(null);
        }}
      />
    </label>
  );
}

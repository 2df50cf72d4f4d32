import { useState } from "preact/hooks";
import { Section } from "../inbox";
import { change, type Fault, plan, type Weather } from "./door";
import { count, t } from "./words";

const SKIES = ["fair", "storm"] as const;
const SWITCHES = ["slow", "down", "revoked"] as const;
const FAULTS: readonly Fault[] = ["busy", "broken", "cut_after", "refresh", "cut"];

export function WeatherPanel({ weather }: { weather: Weather }) {
  const [told, setTold] = useState<"" | "planned" | "failed">("");
  const does = (doing: Promise<void>, then: "" | "planned" = "") =>
    void doing.then(
      () => setTold(then),
      () => setTold("failed"),
    );
  return (
    <Section title={t("town.weather")}>
      <p class={weather.sockets > 0 ? "faint" : "warns"}>
        {weather.sockets > 0 ? count("town.sockets", weather.sockets) : t("town.no_sockets")}
      </p>
      <p class="faint">
        {count("town.calls", weather.calls)}
        {weather.lost > 0 && ` · ${count("town.lost", weather.lost)}`}
      </p>
      <div class="row" role="group" aria-label={t("town.weather")}>
        {SKIES.map((sky) => (
          <button type="button" key={sky} aria-pressed={weather.sky === sky} onClick={() => does(change({ sky }))}>
            {t(`town.sky.${sky}`)}
          </button>
        ))}
      </div>
      {SWITCHES.map((name) => (
        <label class="check" key={name}>
          <input
            type="checkbox"
            role="switch"
            checked={weather[name]}
            onChange={(event) => does(change({ [name]: event.currentTarget.checked }))}
          />
          {t(`town.switch.${name}`)}
        </label>
      ))}
      <h3 id="next">{t("town.next")}</h3>
      <div class="row" role="group" aria-labelledby="next">
        {FAULTS.map((fault) => (
          <button type="button" key={fault} onClick={() => does(plan(fault), "planned")}>
            {t(`town.next.${fault}`)}
          </button>
        ))}
      </div>
      <p class="told" role="status">
        {told === "planned" ? t("town.next_done") : told === "failed" ? t("town.not_done") : null}
      </p>
    </Section>
  );
}

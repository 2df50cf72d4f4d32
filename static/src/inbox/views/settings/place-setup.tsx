import { span } from "../../../shared/time";
import type { PlaceSetup as Setup, RuleView } from "../../../wire";
import { Icon } from "../../ui/icons";
import { Failed, Skeleton } from "../../ui/states";
import { language, t, type WordKey } from "../../words";
import { useFetched } from "./fetched";

const TIMES = ["waiting", "down"];
const MS = 1000;

function condition(does: string, key: string, value: string | number): string {
  if (does === "digest" && key === "team") return t("place.when.opens", { value });
  if (key === "waiting" && value === 0) return t("place.when.waiting_any");
  const said = TIMES.includes(key) ? span(Number(value) * MS, language.value) : String(value);
  return t(`place.when.${key}` as WordKey, { value: said });
}

function Does({ rule, channels }: { rule: RuleView; channels: Setup["channels"] }) {
  const channel = rule.channel.replace(/^#/, "");
  const there = channels === null || channels.some((one) => one.id === channel || one.name === `#${channel}`);
  return (
    <li class="road">
      <span class="road-head">
        <Icon name={rule.does === "pull" ? "out" : rule.does === "alert" ? "bell" : "clock"} size={15} />
        <span>
          {t(`place.does.${rule.does}` as WordKey)} <b>#{channel}</b>
        </span>
        {rule.name !== rule.does && <code>{rule.name}</code>}
        {!there && <span class="badge bad">{t("place.setup.not_there")}</span>}
      </span>
      <span class="road-words faint">
        {Object.entries(rule.when)
          .map(([key, value]) => condition(rule.does, key, value))
          .join(" · ")}
      </span>
    </li>
  );
}

function Shown({ label, section, setup }: { label: string; section: string; setup: Setup }) {
  const { channels, prefix, rules } = setup;
  return (
    <>
      <p class="health">
        {channels === null ? (
          <span class="badge bad">{t("place.setup.unknown", { place: label })}</span>
        ) : (
          <span class="badge good">{t("place.setup.works")}</span>
        )}
      </p>
      {channels !== null && (
        <>
          <h4>{t("place.setup.channels")}</h4>
          <p>{channels.length > 0 ? channels.map((one) => one.name).join(", ") : t("place.setup.no_channels", { place: label })}</p>
        </>
      )}
      {prefix && (
        <p>
          {t("place.setup.prefix")}: <code>{prefix}</code>
        </p>
      )}
      <h4>{t("place.setup.rules")}</h4>
      {rules.length > 0 ? (
        <ul class="roads">
          {rules.map((rule) => (
            <Does key={`${rule.does} ${rule.name}`} rule={rule} channels={channels} />
          ))}
        </ul>
      ) : (
        <p class="faint">{t("place.setup.no_rules")}</p>
      )}
      <p class="faint">{t("place.setup.more", { section })}</p>
    </>
  );
}

/** How a place outside is set up: where its app is, and what it does there by itself. */
export function PlaceSetup({ name, label }: { name: string; label: string }) {
  const [setup, again] = useFetched<Setup>(`/places/${name}/setup`);
  return (
    <section class="card">
      <h3 class="card-title">{label}</h3>
      {setup.phase === "asked" && <Skeleton kind="line" rows={3} />}
      {setup.phase === "failed" && <Failed text={setup.text} retry={again} />}
      {setup.phase === "ready" && <Shown label={label} section={`[${name}.rules]`} setup={setup.value} />}
    </section>
  );
}

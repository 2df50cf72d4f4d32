// The ways by which an account stands with servers of others: what each does, whether it works, what stands there.

import type { AccountView, RoadView } from "../../../wire";
import { Icon } from "../../ui/icons";
import { Moment } from "../../ui/moment";
import { t, type WordKey } from "../../words";

const ICONS = { in: "download", door: "open", out: "send" } as const;

function State({ road }: { road: RoadView }) {
  if (road.problem) return <span class="badge bad">{t("road.stopped")}</span>;
  if (road.well_at === null) return <span class="badge">{t("road.untried")}</span>;
  return <span class="badge good">{t("road.works")}</span>;
}

/** Why it does not go, since when, and in the program's own words: those say what to look for. */
function Trouble({ road }: { road: RoadView }) {
  return (
    <>
      <span class="road-words">
        {road.why && t(`away.${road.why}` as WordKey)}{" "}
        {road.since !== null && (
          <span class="faint">
            {t("receiving.since")} <Moment at={road.since} />
          </span>
        )}
      </span>
      {road.detail && <code class="road-words">{road.detail}</code>}
    </>
  );
}

/** When it was last seen to work, and when something last went out. */
function Seen({ road }: { road: RoadView }) {
  return (
    <span class="road-words faint">
      {road.problem !== null && road.well_at !== null && (
        <>
          {t("road.well_at")} <Moment at={road.well_at} />
          {road.way === "out" && " · "}
        </>
      )}
      {road.way === "out" &&
        (road.carried_at === null ? (
          t("road.carried_never")
        ) : (
          <>
            {t("road.carried_at")} <Moment at={road.carried_at} />
          </>
        ))}
    </span>
  );
}

function Road({ road }: { road: RoadView }) {
  return (
    <li class={road.problem ? "road bad" : "road"} data-way={road.way}>
      <span class="road-head">
        <Icon name={ICONS[road.way]} size={15} />
        <b>{t(`road.${road.way}`)}</b>
        <code>{road.at}</code>
        {road.folders.length > 0 && <span class="faint">{t("road.folders", { folders: road.folders.join(", ") })}</span>}
        <State road={road} />
      </span>
      {road.problem && <Trouble road={road} />}
      <Seen road={road} />
    </li>
  );
}

export function Roads({ account, roads }: { account: AccountView; roads: readonly RoadView[] }) {
  if (roads.length === 0) return null;
  const gets = roads.some((one) => one.way !== "out");
  return (
    <ul class="roads">
      {roads.map((one) => (
        <Road key={one.way} road={one} />
      ))}
      {!gets && <li class="road form-note">{t("road.gets_nothing")}</li>}
      {!account.capabilities.sends && <li class="road form-note">{t("road.sends_nothing")}</li>}
    </ul>
  );
}

// The place whose clock counts: chosen from all there are, found by its name or by what the language calls its time.

import { useMemo } from "preact/hooks";
import { dates } from "../../../shared/formats";
import { Icon } from "../../ui/icons";
import { Picker } from "../../ui/picker";
import { language, t } from "../../words";
import { nextClockChange } from "./week";

/** "GMT+9 Korean Standard Time", "GMT+9 한국 표준시". */
function zoneHint(zone: string, spoken: string, now: number): string {
  const said = (style: "longGeneric" | "shortOffset") =>
    dates(spoken, { timeZone: zone, timeZoneName: style })
      .formatToParts(now)
      .find((part) => part.type === "timeZoneName")?.value ?? "";
  return `${said("shortOffset")} ${said("longGeneric")}`;
}

export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The one in use first, then one's own, then all the others. */
function zonesWith(chosen: string): string[] {
  return [...new Set([chosen, ownZone(), ...Intl.supportedValuesOf("timeZone"), "UTC"])];
}

function asRead(zone: string): string {
  return zone.replaceAll("_", " ");
}

export function ZoneField({ zone, change }: { zone: string; change: (zone: string) => void }) {
  const choices = useMemo(() => {
    const now = Date.now();
    return zonesWith(zone).map((one) => ({
      id: one,
      label: asRead(one),
      hint: zoneHint(one, language.value, now),
      chosen: one === zone,
    }));
  }, [zone]);
  return (
    <div class="field">
      <span>{t("hours.zone")}</span>
      <Picker
        label={t("hours.zone")}
        worded
        faceClass="button zone-face"
        face={
          <>
            <span>{asRead(zone)}</span>
            <Icon name="down" size={12} />
          </>
        }
        choices={choices}
        pick={change}
      />
      <ClockChange zone={zone} />
    </div>
  );
}

/** What becomes of nine o'clock when the clocks change. */
function ClockChange({ zone }: { zone: string }) {
  const change = useMemo(() => nextClockChange(zone, Date.now()), [zone]);
  if (!change) return <small class="faint">{t("hours.clocks_stay")}</small>;
  const day = dates(language.value, { dateStyle: "long", timeZone: zone }).format(change.at);
  return <small class="faint">{t(change.by > 0 ? "hours.clocks_forward" : "hours.clocks_back", { day })}</small>;
}

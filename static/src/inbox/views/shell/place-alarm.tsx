import { useEffect, useState } from "preact/hooks";
import type { PlaceState } from "../../../wire";
import { get } from "../../api";
import { known } from "../../store";
import { Icon } from "../../ui/icons";
import { t } from "../../words";
import { changes } from "../settings/told";

/** Tells that a place outside does not take our token: its threads stand still, and what is written waits. Asked at
 *  the start, and whenever that has changed. */
export function PlaceAlarm() {
  const [paused, setPaused] = useState("");
  const place = known.limits.places[0];
  const changed = changes.place.value;
  const name = place?.name;
  useEffect(() => {
    if (!name) return setPaused("");
    let gone = false;
    get<PlaceState>(`/places/${name}/state`).then(
      (state) => !gone && setPaused(state.paused ?? ""),
      () => undefined, // it is asked again with the next change, and the next time that the inbox is opened
    );
    return () => {
      gone = true;
    };
  }, [name, changed]);
  if (!paused || !place) return null;
  const isAdmin = known.me?.role === "admin";
  return (
    <div class="banner warn" role="status" data-place={place.name}>
      <Icon name="warning" size={16} />
      <span>
        {t("place.paused", { place: place.label })}{" "}
        {isAdmin ? t("place.paused_admin", { reason: paused }) : t("place.paused_agent")}
      </span>
    </div>
  );
}

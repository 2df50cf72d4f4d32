import { useEffect, useState } from "preact/hooks";
import type { PlaceState } from "../../../wire";
import { get } from "../../api";
import { known } from "../../store";
import { Icon } from "../../ui/icons";
import { t } from "../../words";
import { changes } from "../settings/told";

/** Tells that a place outside does not take our token: its threads stand still, and what is written waits. Asked at
 *  the start, and whenever that has changed; closed it comes back only when it is paused once more. */
export function PlaceAlarm() {
  const [state, setState] = useState<PlaceState | null>(null);
  const [closed, setClosed] = useState<number | null>(null);
  const place = known.limits.places[0];
  const changed = changes.place.value;
  const name = place?.name;
  useEffect(() => {
    if (!name) return setState(null);
    let gone = false;
    get<PlaceState>(`/places/${name}/state`).then(
      (state) => !gone && setState(state),
      () => undefined, // it is asked again with the next change, and the next time that the inbox is opened
    );
    return () => {
      gone = true;
    };
  }, [name, changed]);
  if (!state?.paused || !place || state.since === closed) return null;
  const mends = known.me?.role === "admin" ? t("place.paused_admin") : t("place.paused_agent");
  return (
    <div class="banner warn place-alarm" role="status" data-place={place.name}>
      <Icon name="warning" size={16} />
      <span>
        {t("place.paused", { place: place.label, reason: state.paused })} {mends}
      </span>
      <button type="button" class="button quiet square small" aria-label={t("close")} onClick={() => setClosed(state.since)}>
        <Icon name="close" size={14} />
      </button>
    </div>
  );
}

import { useEffect, useState } from "preact/hooks";
import type { WebhookTrouble } from "../../../wire";
import { get } from "../../api";
import { route } from "../../router";
import { known } from "../../store";
import { Icon } from "../../ui/icons";
import { count, t } from "../../words";
import { changes } from "../settings/told";

/** Tells admins that webhooks were switched off because nobody took them. One question at the start, and one whenever
 *  a webhook changes; somebody who may do nothing about it is not told, and closed it comes back only with another one. */
export function WebhookAlarm() {
  const [off, setOff] = useState(0);
  const [closed, setClosed] = useState(0);
  const isAdmin = known.me?.role === "admin";
  const changed = changes.webhook.value;
  useEffect(() => {
    if (!isAdmin) return setOff(0);
    let gone = false;
    get<WebhookTrouble>("/webhooks/trouble").then(
      ({ disabled }) => !gone && setOff(disabled),
      () => undefined, // it is asked again with the next change; the page of the webhooks says more
    );
    return () => {
      gone = true;
    };
  }, [isAdmin, changed]);
  const place = route.value;
  const isThere = place.screen === "settings" && place.page === "webhooks";
  if (off <= closed || isThere) return null;
  return (
    <div class="banner warn webhook-alarm" role="status">
      <Icon name="warning" size={16} />
      <span>{count("webhooks.alarm", off)}</span>
      <a class="button small" href="/settings/webhooks">
        {t("webhooks.look")}
      </a>
      <button type="button" class="button quiet square small" aria-label={t("close")} onClick={() => setClosed(off)}>
        <Icon name="close" size={14} />
      </button>
    </div>
  );
}

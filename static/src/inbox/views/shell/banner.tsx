import { useEffect, useState } from "preact/hooks";
import { retryConnection } from "../../live";
import { giveWay } from "../../renewing";
import { known } from "../../store";
import { Icon } from "../../ui/icons";
import { count, t } from "../../words";

const SCHEME = location.protocol.replace("http", "ws");
const PATIENCE = 1500; // ms a short cut stays unsaid: most are over before anybody could read it

function useSince(active: boolean): boolean {
  const [said, setSaid] = useState(false);
  useEffect(() => {
    if (!active) return setSaid(false);
    const timer = setTimeout(() => setSaid(true), PATIENCE);
    return () => clearTimeout(timer);
  }, [active]);
  return active && said;
}

/** What is wrong with the connection, calmly, and that nothing is lost. */
export function Banner() {
  const { connection, blocked, away, pending, generation, isOld } = known;
  const cut = useSince(connection !== "online" && connection !== "signed_out" && generation > 0);
  const waiting = pending.filter((one) => one.state === "waiting" && one.settlesAt === null).length;
  if (away) {
    return (
      <div class="banner warn" role="status">
        <Icon name="warning" size={16} />
        <span>{t(away === "moving" ? "banner.moving" : "banner.database")}</span>
      </div>
    );
  }
  if ((!cut && isOld) || connection === "outdated") {
    return (
      <div class="banner" role="status">
        <span>{t("banner.update")}</span>
        <button type="button" class="button small" onClick={giveWay}>
          {t("banner.reload")}
        </button>
      </div>
    );
  }
  if (blocked) {
    return (
      <div class="banner warn" role="status">
        <span>
          <Icon name="warning" size={14} /> {t("banner.blocked", { address: `${SCHEME}//${location.host}/ws/agent` })}
        </span>
        <button type="button" class="button small" onClick={retryConnection}>
          {t("banner.now")}
        </button>
      </div>
    );
  }
  if (!cut) return null;
  return (
    <div class="banner" role="status">
      <span class="banner-pulse" aria-hidden="true" />
      <span>{connection === "offline" ? t("banner.offline") : t("banner.reconnecting")}</span>
      <span>{waiting > 0 ? count("banner.kept", waiting) : t("banner.calm")}</span>
      {connection === "waiting" && (
        <button type="button" class="button small" onClick={retryConnection}>
          {t("banner.now")}
        </button>
      )}
    </div>
  );
}

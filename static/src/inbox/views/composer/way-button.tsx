// Another way to write to somebody, as a button that says from where and to where it writes.

import { ChannelIcon } from "../../ui/channel-icon";
import { language, t } from "../../words";
import { shortAddress } from "../names";
import type { Other } from "./ways";

/** Both ends; nothing of an address that nobody reads. */
function ends({ account, identity }: Other): string {
  if (identity.space !== "tel" && identity.space !== "mailto") return "";
  const to = shortAddress(identity);
  return account.address === null ? t("way.to", { to }) : t("way.from_to", { from: account.address, to });
}

export function WayButton({ way, take, quiet = false }: { way: Other; take: () => void; quiet?: boolean }) {
  const both = ends(way);
  return (
    <button type="button" class={quiet ? "button small quiet way-button" : "button small way-button"} onClick={take}>
      <ChannelIcon account={way.account} size={14} />
      <span>
        {t("trouble.other", { channel: way.account.label[language.value] })}
        {both && <span class="way-ends"> {both}</span>}
      </span>
    </button>
  );
}

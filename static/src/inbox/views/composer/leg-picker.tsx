import { waited } from "../../../shared/time";
import type { ConversationView } from "../../../wire";
import { now } from "../../clock";
import { switchLeg } from "../../commands";
import { ChannelIcon } from "../../ui/channel-icon";
import { Icon } from "../../ui/icons";
import { Picker } from "../../ui/picker";
import { language, t, type WordKey } from "../../words";
import { shortAddress } from "../names";
import { legWay, type Way } from "../conversation/composing";
import { addressee, personAt } from "../conversation/people";

/** How long a reply may still go this way, where there is an end to it. */
function windowWords(way: Way): string {
  return way.ends === null ? "" : t("composer.window_left", { span: waited(now.value, way.ends, language.value) });
}

function accountWords(way: Way): string {
  return way.account?.label[language.value] ?? t("composer.account_gone");
}

/** Who is answered, and by which channel. */
function WayFace({ view, way }: { view: ConversationView; way: Way }) {
  const left = windowWords(way);
  return (
    <>
      <span class="composer-to">{t("composer.to", { name: addressee(view, way.leg) })}</span>
      <ChannelIcon account={way.account} size={14} />
      <span class="composer-account">{accountWords(way)}</span>
      {left && !way.closed && <span class="composer-window">{left}</span>}
      {way.closed && <span class="composer-window bad">{t(`composer.way.${way.closed}` as WordKey)}</span>}
    </>
  );
}

/** By which of a person's addresses the reply goes: those that cannot be used now say why. */
export function LegPicker({ view, way }: { view: ConversationView; way: Way }) {
  if (view.legs.length < 2) {
    return way.account ? (
      <span class="composer-way" title={way.leg?.identity.address}>
        <WayFace view={view} way={way} />
      </span>
    ) : null;
  }
  return (
    <Picker
      label={t("composer.leg")}
      plain
      worded
      act="leg"
      side="end"
      face={
        <span class="composer-way">
          <WayFace view={view} way={way} />
          <Icon name="down" size={14} />
        </span>
      }
      choices={view.legs.map((leg) => {
        const one = legWay(leg, now.value);
        const says = one.closed ? t(`composer.way.${one.closed}` as WordKey) : windowWords(one);
        return {
          id: leg.id,
          label: `${personAt(view, leg)} · ${accountWords(one)}`,
          hint: shortAddress(leg.identity),
          chosen: leg.id === view.leg,
          mark: <ChannelIcon account={one.account} />,
          ...(says ? { note: says } : {}),
          ...(one.closed ? { off: true } : {}),
        };
      })}
      pick={(leg) => {
        if (leg !== view.leg) void switchLeg(view.id, leg);
      }}
    />
  );
}

import { setAvailability } from "../../commands";
import { known } from "../../store";
import type { State } from "../../store/state";
import { AgentAvatar } from "../../ui/avatar";
import { Picker } from "../../ui/picker";
import { t } from "../../words";

type Availability = State["availability"];
const ALL: readonly Availability[] = ["online", "away", "busy"];

/** How others see this agent: what was said by hand, and away while idle. Undefined: not connected. */
export function ownPresence(): Availability | undefined {
  const { availability, connection, me, signals } = known;
  if (connection !== "online" || !me) return undefined;
  const told = signals.agents[me.id] ?? "online";
  if (availability === "away" || told === "away") return "away";
  return availability;
}

/** The agent's own state, changed where it stands. */
export function AvailabilityPicker() {
  const { availability, me } = known;
  if (!me) return null;
  const presence = ownPresence();
  const isIdle = presence === "away" && availability !== "away";
  return (
    <Picker
      label={`${t("availability")}: ${t(`availability.${presence ?? availability}`)}`}
      plain
      worded
      faceClass="button quiet nav-self"
      act="availability"
      face={<AgentAvatar agent={me} presence={presence} />}
      choices={ALL.map((one) => ({
        id: one,
        label: t(`availability.${one}`),
        hint: one === availability && isIdle ? t("availability.idle") : t(`availability.${one}_more`),
        chosen: one === availability,
        mark: <span class={`presence-mark presence-${one}`} />,
      }))}
      pick={(id) => setAvailability(id as Availability)}
    />
  );
}

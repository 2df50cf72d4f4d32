// Where else a conversation is worked, and who took it there: by it one comes to giving it back.

import type { ConversationView } from "../../../wire";
import { known } from "../../store";
import { agentOf } from "../../store/select";
import { Icon } from "../../ui/icons";
import { t } from "../../words";
import { actorName } from "../names";
import { asking } from "./asking";

/** Whose doing it was: an agent's, or a rule's. */
export function takenBy(by: string): string {
  const name = agentOf(known, by)?.name;
  return name === undefined && !by.startsWith("rule:") ? t("somebody") : actorName({ kind: "automation", id: by, name: name ?? "" });
}

export function WorkedChip({ view }: { view: ConversationView }) {
  return (
    <>
      {view.worked?.map(({ place, channel, by }) => {
        const label = known.limits.places.find((one) => one.name === place)?.label ?? place;
        const words = t("worked.chip", { place: label, channel, name: takenBy(by) });
        return (
          <button
            key={place}
            type="button"
            class="chip worked-chip"
            title={words}
            onClick={() => (asking.value = { conversation: view.id, what: "pull" })}
          >
            <Icon name="out" size={14} />
            <span>{words}</span>
          </button>
        );
      })}
    </>
  );
}

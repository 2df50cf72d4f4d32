// Who takes part in a conversation beside its customer: those in copy, and colleagues by their own addresses.

import { useState } from "preact/hooks";
import type { ConversationView, ParticipantView } from "../../../wire";
import { known } from "../../store";
import { agentOf } from "../../store/select";
import { AgentAvatar, Avatar } from "../../ui/avatar";
import { t } from "../../words";
import { calledAs } from "./told";

const SHOWN = 5; // at once, in one line of a wide screen

function Participant({ one }: { one: ParticipantView }) {
  const agent = agentOf(known, one.agent);
  const name = agent?.name || calledAs(one) || t("mail.erased");
  return (
    <li class={agent ? "participant colleague" : "participant"} title={one.address}>
      {agent ? <AgentAvatar agent={agent} size="small" /> : <Avatar id={one.contact} name={one.name} size="small" />}
      <bdi>{name}</bdi>
      {one.agent !== null && <span class="badge">{t("mail.colleague")}</span>}
    </li>
  );
}

export function Participants({ view }: { view: ConversationView }) {
  const [whole, setWhole] = useState(false);
  const all = view.participants ?? [];
  if (all.length === 0) return null;
  const shown = whole ? all : all.slice(0, SHOWN);
  return (
    <div class="participants">
      <span class="participants-word">{t("mail.with")}</span>
      <ul aria-label={t("mail.with")}>
        {shown.map((one) => (
          <Participant key={`${one.contact} ${one.identity}`} one={one} />
        ))}
        {shown.length < all.length && (
          <li>
            <button type="button" class="mail-link" onClick={() => setWhole(true)}>
              {t("mail.and_more", { n: all.length - shown.length })}
            </button>
          </li>
        )}
      </ul>
    </div>
  );
}

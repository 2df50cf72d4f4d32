import { useEffect, useState } from "preact/hooks";
import type { TypingView } from "../../../wire";
import { known } from "../../store";
import { agentOf } from "../../store/select";
import { AgentAvatar } from "../../ui/avatar";
import { Icon } from "../../ui/icons";
import { t } from "../../words";

/** Who types here just now; expires by itself when the server falls silent. */
function useTyping(conversation: string): readonly TypingView[] {
  const { signals, limits, me } = known;
  const told = signals.conversation?.conversation === conversation ? signals.conversation.typing : [];
  const [expired, setExpired] = useState(0);
  useEffect(() => {
    if (told.length === 0) return;
    const timer = setTimeout(() => setExpired(signals.toldAt), limits.typing_expires + 500);
    return () => clearTimeout(timer);
  }, [signals.toldAt]);
  if (expired === signals.toldAt) return [];
  return told.filter((one) => !(one.who === "agent" && one.id === me?.id));
}

/** The room for this line is always there: nothing moves when somebody begins to type. */
export function Typing({ conversation }: { conversation: string }) {
  const typing = useTyping(conversation);
  const customer = typing.find((one) => one.who === "customer");
  const notes = typing.filter((one) => one.who === "agent" && one.mode === "note");
  const replies = typing.filter((one) => one.who === "agent" && one.mode === "public");
  const names = (list: readonly TypingView[]) => list.map((one) => one.name).join(", ");
  return (
    <div class="typing" aria-live="polite">
      {customer && (
        <span class="typing-them">
          <span class="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {customer.preview ? (
            <span class="typing-preview">{customer.preview}</span>
          ) : (
            t("typing.customer", { name: customer.name || t("contact.unnamed") })
          )}
        </span>
      )}
      {replies.length > 0 && (
        <span class="typing-us">
          <Icon name="reply" size={13} />
          {t("typing.replying", { name: names(replies) })}
        </span>
      )}
      {notes.length > 0 && (
        <span class="typing-note">
          <Icon name="lock" size={13} />
          {t("typing.noting", { name: names(notes) })}
        </span>
      )}
    </div>
  );
}

/** The customer is on a page with the chat: a dot beside the name, in words where there is room for both. */
export function CustomerHere({ conversation }: { conversation: string }) {
  const told = known.signals.conversation;
  if (told?.conversation !== conversation || !told.customer_here) return null;
  return (
    <span class="badge good here" title={t("customer.here_more")}>
      <span class="here-words">{t("customer.here")}</span>
    </span>
  );
}

/** Colleagues who have this conversation open; who writes in it wears a pen. */
export function Looking({ conversation }: { conversation: string }) {
  const { signals, me } = known;
  const told = signals.conversation?.conversation === conversation ? signals.conversation : null;
  const writing = useTyping(conversation);
  const others = (told?.looking ?? [])
    .filter((id) => id !== me?.id)
    .map((id) => agentOf(known, id))
    .filter((agent) => agent !== undefined);
  if (others.length === 0) return null;
  return (
    <ul class="looking" aria-label={t("looking.label")}>
      {others.slice(0, 4).map((agent) => {
        const mode = writing.find((one) => one.id === agent.id)?.mode;
        const says = t(mode === "note" ? "typing.noting" : mode ? "typing.replying" : "looking.one", {
          name: agent.name,
        });
        return (
          <li key={agent.id} class={mode ? `writes writes-${mode}` : undefined} title={says}>
            <AgentAvatar agent={agent} size="small" />
            {mode && (
              <span class="looking-pen">
                <Icon name="edit" size={9} />
              </span>
            )}
            <span class="only-heard">{mode ? says : agent.name}</span>
          </li>
        );
      })}
      {others.length > 4 && <li class="faint">+{others.length - 4}</li>}
    </ul>
  );
}

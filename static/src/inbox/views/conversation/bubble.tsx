import { useState } from "preact/hooks";
import { exact } from "../../../shared/time";
import type { ConversationView, MessageView } from "../../../wire";
import { eraseMessage } from "../../commands";
import { known } from "../../store";
import { accountOf, agentOf, legOf, type Tick } from "../../store/select";
import { AgentAvatar, Avatar } from "../../ui/avatar";
import { ChannelIcon } from "../../ui/channel-icon";
import { ConfirmDialog } from "../../ui/confirm";
import { Icon } from "../../ui/icons";
import { Moment } from "../../ui/moment";
import { Picker } from "../../ui/picker";
import { language, t, type WordKey } from "../../words";
import { actorName } from "../names";
import { Attachments } from "./attachments";
import { EditMessage } from "./edit";
import { hasSeveralPeople, personAt } from "./people";
import { chooseToSplit, isChosen, replyingTo, selecting, toggleChosen } from "./selection";
import { MessageText } from "./text";

export function sideOf(message: Pick<MessageView, "author" | "visibility">): "note" | "them" | "us" {
  if (message.visibility === "note") return "note";
  return message.author.kind === "customer" ? "them" : "us";
}

function TickMark({ tick }: { tick: Tick }) {
  const words = t(`tick.${tick}` as WordKey);
  return (
    <span class={`tick tick-${tick}`} title={words}>
      <Icon name={tick === "sent" ? "check" : "doubleCheck"} size={14} />
      <span class="tick-word">{words}</span>
    </span>
  );
}

function Content({ content }: { content: Record<string, unknown> }) {
  const what = typeof content.what === "string" ? content.what : typeof content.type === "string" ? content.type : "";
  return (
    <p class="unsupported">
      <Icon name="warning" size={16} />
      {t("message.unsupported", { what })}
    </p>
  );
}

function Quote({ id, conversation }: { id: string; conversation: string }) {
  const row = known.threads.get(conversation)?.rows.find(({ message }) => message.id === id);
  if (!row) return <p class="quote faint">{t("message.quote_away")}</p>;
  return (
    <blockquote class="quote">
      <b>{actorName(row.message.author)}</b>{" "}
      {row.message.erased_at ? t("message.erased") : row.message.text || t("preview.other")}
    </blockquote>
  );
}

function Acts({ view, message }: { view: ConversationView; message: MessageView }) {
  const [doing, setDoing] = useState<"edit" | "erase" | null>(null);
  const { me } = known;
  const capabilities = accountOf(known, legOf(view, message.leg))?.capabilities;
  const own = message.author.kind === "agent" && message.author.id === me?.id;
  const mayEdit = own && (message.visibility === "note" || capabilities?.editing);
  const mayErase = own || me?.role !== "agent";
  const choices = [
    ...(message.visibility === "public" && capabilities?.quoting
      ? [{ id: "reply", label: t("message.reply"), mark: <Icon name="reply" /> }]
      : []),
    { id: "copy", label: t("message.copy"), mark: <Icon name="copy" /> },
    ...(mayEdit ? [{ id: "edit", label: t("message.edit"), mark: <Icon name="edit" /> }] : []),
    { id: "split", label: t("message.split"), mark: <Icon name="split" /> },
    ...(mayErase ? [{ id: "erase", label: t("message.erase"), mark: <Icon name="trash" /> }] : []),
  ];
  const pick = (id: string) => {
    if (id === "reply") replyingTo.value = { conversation: view.id, message };
    else if (id === "copy") void navigator.clipboard?.writeText(message.text);
    else if (id === "split") chooseToSplit(view.id, message.id);
    else setDoing(id as "edit" | "erase");
  };
  return (
    <div class="bubble-acts">
      <Picker
        label={t("message.acts")}
        plain
        face={<Icon name="more" size={16} />}
        faceClass="button quiet square small"
        choices={choices}
        pick={pick}
        side="end"
      />
      {doing === "edit" && <EditMessage message={message} close={() => setDoing(null)} />}
      {doing === "erase" && (
        <ConfirmDialog
          title={t("message.erase")}
          text={t("message.erase_sure")}
          yes={t("erase")}
          bad
          close={() => setDoing(null)}
          run={() => void eraseMessage(message.id)}
        />
      )}
    </div>
  );
}

interface BubbleProps {
  view: ConversationView;
  message: MessageView;
  opens: boolean;
  ends: boolean;
  tick: Tick | null;
  /** The address leads to this message. */
  linked: boolean;
}

function Body({ view, message }: { view: ConversationView; message: MessageView }) {
  if (message.erased_at !== null) return <p class="words erased">{t("message.erased")}</p>;
  return (
    <>
      {message.reply_to && <Quote id={message.reply_to} conversation={view.id} />}
      {message.text && <MessageText text={message.text} />}
      {message.content && <Content content={message.content} />}
      <Attachments files={message.attachments} />
    </>
  );
}

/** One message. Who speaks is seen by side, colour and word; several of one person stand together. */
export function Bubble({ view, message, opens, ends, tick, linked }: BubbleProps) {
  const side = sideOf(message);
  const agent = message.author.kind === "agent" ? agentOf(known, message.author.id) : undefined;
  const leg = legOf(view, message.leg);
  const shared = leg !== undefined && side !== "note" && hasSeveralPeople(view);
  const name = shared && side === "them" ? personAt(view, leg) : actorName(message.author);
  const account = accountOf(known, leg);
  const chosen = isChosen(message.id);
  return (
    <article
      class={`bubble-row ${side}${opens ? " opens" : ""}${ends ? " ends" : ""}${chosen ? " chosen" : ""}${linked ? " linked" : ""}`}
      data-key={message.id}
      data-position={message.position}
      aria-label={t(`message.by.${side}` as WordKey, { name })}
    >
      {selecting.value === view.id && (
        <input
          type="checkbox"
          class="bubble-choose"
          checked={chosen}
          aria-label={t("message.choose")}
          onChange={() => toggleChosen(message.id)}
        />
      )}
      <span class="bubble-face">
        {opens &&
          (agent ? (
            <AgentAvatar agent={agent} size="small" />
          ) : (
            <Avatar
              id={side === "them" && !shared ? view.contact.id : message.author.id}
              name={message.author.name}
              size="small"
            />
          ))}
      </span>
      <div class="bubble-column">
        {opens && (
          <header class="bubble-head">
            {side === "note" && (
              <span class="note-word">
                <Icon name="lock" size={12} />
                {t("note")}
              </span>
            )}
            <span class="bubble-name">{name}</span>
            {shared && side === "us" && <span>{t("composer.to", { name: personAt(view, leg) })}</span>}
            {message.author.kind === "automation" && <span class="badge">{t("actor.automation")}</span>}
            {view.legs.length > 1 && side !== "note" && <ChannelIcon account={account} size={13} />}
          </header>
        )}
        <div class="bubble" title={exact(message.at, language.value)}>
          <Body view={view} message={message} />
        </div>
        <footer class={ends || message.late || message.edited_at ? "bubble-foot" : "bubble-foot quiet-foot"}>
          <Moment at={message.at} as="clock" />
          {message.late && <span title={t("message.late_more")}>{t("message.late")}</span>}
          {message.edited_at !== null && message.erased_at === null && (
            <span title={exact(message.edited_at, language.value)}>{t("message.edited")}</span>
          )}
          {tick && <TickMark tick={tick} />}
        </footer>
      </div>
      {message.erased_at === null && <Acts view={view} message={message} />}
    </article>
  );
}

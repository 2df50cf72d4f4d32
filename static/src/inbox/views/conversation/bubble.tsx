import { useState } from "preact/hooks";
import { exact } from "../../../shared/time";
import type { ConversationView, MessageView } from "../../../wire";
import { known } from "../../store";
import { accountOf, agentOf, legOf, type Tick } from "../../store/select";
import { AgentAvatar, Avatar } from "../../ui/avatar";
import { ChannelIcon } from "../../ui/channel-icon";
import { Icon } from "../../ui/icons";
import { Moment } from "../../ui/moment";
import { language, t, type WordKey } from "../../words";
import { keysIn } from "../mail/marks";
import { MailFoot, MailHead, MailWhole, type Showing } from "../mail/head";
import { actorName } from "../names";
import { Attachments } from "./attachments";
import { Content, ContentMarks } from "./content/content";
import { isPicture } from "./gallery";
import { HeldFoot } from "./held";
import { MessageActs } from "./message-acts";
import { hasSeveralPeople, personAt } from "./people";
import { sought } from "./quoting";
import { isChosen, selecting, toggleChosen } from "./selection";
import { carriesMarks, isLetter, MessageText, plainWords } from "./text";
import { TickMark } from "./ticks";
import { Trouble } from "./trouble";
import { Edited } from "./versions";
import { WaitingFiles } from "./waiting-files";

export function sideOf(message: Pick<MessageView, "author" | "visibility">): "note" | "them" | "us" {
  if (message.visibility === "note") return "note";
  return message.author.kind === "customer" ? "them" : "us";
}

/** What this message answers; pressed, it leads there, also to one that has not been read yet. */
function Quote({ id, view }: { id: string; view: ConversationView }) {
  const conversation = view.id;
  const message = known.threads.get(conversation)?.rows.find((row) => row.message.id === id)?.message;
  const picture = message?.erased_at === null ? message.attachments.find(isPicture) : undefined;
  return (
    <button
      type="button"
      class="quote"
      title={t("message.quote_show")}
      onClick={() => (sought.value = { conversation, message: id })}
    >
      {picture && <img class="quote-picture" src={picture.url} alt="" width={32} height={32} loading="lazy" />}
      <span class="quote-words" dir="auto">
        {message ? (
          <>
            <b>{actorName(message.author)}</b>{" "}
            {message.erased_at !== null
              ? t("message.erased")
              : plainWords(message, accountOf(known, legOf(view, message.leg))) ||
                message.attachments.map((file) => file.name).join(", ") || t("preview.other")}
          </>
        ) : (
          t("message.quote_away")
        )}
      </span>
    </button>
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

/** Those that have no place in what is shown. */
function filesBelow({ text, attachments }: MessageView, showing: Showing, letter: boolean) {
  if (showing === "page") return attachments.filter((file) => !file.cid);
  if (!letter) return attachments;
  const placed = keysIn(text);
  return attachments.filter((file) => !placed.has(file.id));
}

function Body({ view, message }: { view: ConversationView; message: MessageView }) {
  const [showing, show] = useState<Showing>("words");
  const account = accountOf(known, legOf(view, message.leg));
  const letter = isLetter(message, account);
  if (message.erased_at !== null) return <p class="words erased">{t("message.erased")}</p>;
  return (
    <>
      {message.reply_to && <Quote id={message.reply_to} view={view} />}
      <ContentMarks message={message} />
      <MailHead view={view} message={message} />
      {(showing === "text" || showing === "page") && <MailWhole message={message} showing={showing} />}
      {(showing === "words" || showing === "head") && message.text && (
        <MessageText
          text={message.text}
          marked={carriesMarks(message, account)}
          letter={letter ? message.attachments : undefined}
          mentions={message.mentions}
        />
      )}
      <Content message={message} />
      {message.source && <MailFoot source={message.source} showing={showing} show={show} />}
      {showing === "head" && <MailWhole message={message} showing={showing} />}
      <Attachments files={filesBelow(message, showing, letter)} />
      <WaitingFiles message={message} />
    </>
  );
}

/** One message. Who speaks is seen by side, colour and word; several of one person stand together. */
export function Bubble({ view, message, opens, ends, tick, linked }: BubbleProps) {
  const side = sideOf(message);
  const agent = message.author.kind === "agent" ? agentOf(known, message.author.id) : undefined;
  const leg = legOf(view, message.leg);
  const shared = leg !== undefined && side !== "note" && hasSeveralPeople(view);
  const isPerson = side === "them" && leg !== undefined && (shared || !message.author.name);
  const name = isPerson ? personAt(view, leg) : actorName(message.author);
  const account = accountOf(known, leg);
  const chosen = isChosen(message.id);
  const troubled = (tick === "failed" || tick === "unknown") && message.erased_at === null;
  return (
    <article
      class={`bubble-row ${side}${opens ? " opens" : ""}${ends ? " ends" : ""}${chosen ? " chosen" : ""}${linked ? " linked" : ""}${message.held ? " held" : ""}`}
      data-key={message.id}
      data-position={message.position}
      tabIndex={-1}
      aria-describedby={`words-${message.id}`}
      aria-label={t(`message.by.${side}` as WordKey, { name })}
    >
      {selecting.value === view.id && !message.held && (
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
        <div class="bubble" id={`words-${message.id}`} title={exact(message.at, language.value)}>
          <Body view={view} message={message} />
        </div>
        {troubled && (
          <Trouble view={view} message={message} />
        )}
        {message.held ? (
          <HeldFoot view={view} message={message} held={message.held} />
        ) : (
          <footer class={ends || message.late || message.edited_at || troubled ? "bubble-foot" : "bubble-foot quiet-foot"}>
            <Moment at={message.at} as="clock" />
            {message.late && <span title={t("message.late_more")}>{t("message.late")}</span>}
            {message.edited_at !== null && message.erased_at === null && <Edited message={message} at={message.edited_at} />}
            {tick && <TickMark tick={tick} message={message} />}
          </footer>
        )}
      </div>
      {message.erased_at === null && !message.held && <MessageActs view={view} message={message} />}
    </article>
  );
}

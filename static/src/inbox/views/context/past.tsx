import { useEffect, useState } from "preact/hooks";
import type { ContactView, ConversationView, MessageView } from "../../../wire";
import { get } from "../../api";
import { loadPast } from "../../load";
import { known } from "../../store";
import { accountOf, conversationOf, legOf } from "../../store/select";
import { ChannelIcon } from "../../ui/channel-icon";
import { Icon } from "../../ui/icons";
import { Moment } from "../../ui/moment";
import { Failed, Skeleton } from "../../ui/states";
import { language, t, type WordKey } from "../../words";
import { plainWords } from "../conversation/text";
import { previewText } from "../list/row";
import { actorName } from "../names";
import { Section } from "./section";

const SHOWN = 8;
const PEEKED = 8; // messages of another conversation that are looked at here

function titleOf(view: ConversationView): string {
  return view.subject || (view.preview ? previewText(view, view.preview) : `#${view.number}`);
}

function wordsOf(view: ConversationView, message: MessageView): string {
  if (message.erased_at !== null) return t("message.erased");
  const account = accountOf(known, legOf(view, message.leg));
  return plainWords(message, account) || message.attachments.map((file) => file.name).join(", ") || t("preview.other");
}

/** The end of another conversation, looked at without leaving this one. */
function Peek({ view }: { view: ConversationView }) {
  const [messages, setMessages] = useState<readonly MessageView[] | null>(null);
  const [failed, setFailed] = useState(false);
  const ask = () => {
    setFailed(false);
    get<{ messages: MessageView[] }>(`/conversations/${view.id}/messages`, { limit: PEEKED }).then(
      (page) => setMessages(page.messages),
      () => setFailed(true),
    );
  };
  useEffect(ask, [view.id, view.last_at]);
  return (
    <div class="peek">
      {failed && <Failed text={t("thread.failed")} retry={ask} />}
      {!messages && !failed && <Skeleton kind="line" rows={3} />}
      {messages && (
        <ol class="peek-story" tabIndex={0} aria-label={t("context.peek", { number: view.number })}>
          {messages.map((message) => (
            <li key={message.id} class={message.visibility === "note" ? "peek-note" : undefined}>
              <b>{actorName(message.author)}</b>
              {message.visibility === "note" && <span class="badge">{t("note")}</span>}{" "}
              <span dir="auto">{wordsOf(view, message)}</span>
            </li>
          ))}
        </ol>
      )}
      <a class="button small" href={`/c/${view.number}`}>
        {t("context.open_past")}
      </a>
    </div>
  );
}

function PastRow({ view }: { view: ConversationView }) {
  const [peeking, setPeeking] = useState(false);
  const account = accountOf(known, legOf(view, view.leg));
  return (
    <li class={peeking ? "past-item peeking" : "past-item"}>
      <button
        type="button"
        class="past-row"
        aria-expanded={peeking}
        title={account?.label[language.value]}
        onClick={() => setPeeking(!peeking)}
      >
        <ChannelIcon account={account} size={14} />
        <span class="past-words">{titleOf(view)}</span>
        <span class="past-turn">
          <Icon name="down" size={12} />
        </span>
        <span class="past-foot faint">
          #{view.number} · {t(`status.${view.status}` as WordKey)} · <Moment at={view.last_at} as="short" />
        </span>
      </button>
      {peeking && <Peek view={view} />}
    </li>
  );
}

/** The same person's other conversations, on every channel, the newest first; each opens where it stands. */
function PastList({ contact: { id: contact, position }, here }: { contact: ContactView; here: string }) {
  const [ids, setIds] = useState<readonly string[] | null>(null);
  const [failed, setFailed] = useState(false);
  const [all, setAll] = useState(false);
  const { generation } = known;
  const ask = () => {
    setFailed(false);
    loadPast(contact).then(
      (page) => setIds(page.conversations.map((view) => view.id)),
      () => setFailed(true),
    );
  };
  useEffect(() => {
    setIds(null);
    setAll(false);
  }, [contact, generation]);
  // Joined or parted, a person has other conversations: asked for again, with the former ones shown meanwhile.
  useEffect(ask, [contact, generation, position]);
  const views = (ids ?? [])
    .filter((id) => id !== here)
    .map((id) => conversationOf(known, id))
    .filter((view) => view !== undefined)
    // What was merged away since it was asked for stands in another, often in this very one.
    .filter((view) => view.merged_into === null)
    .sort((a, b) => b.last_at - a.last_at);
  return (
    <>
      {failed && <Failed text={t("context.past_failed")} retry={ask} />}
      {!ids && !failed && <Skeleton kind="line" rows={3} />}
      {ids && views.length === 0 && <p class="faint">{t("context.no_past")}</p>}
      <ul class="past">
        {(all ? views : views.slice(0, SHOWN)).map((view) => (
          <PastRow key={view.id} view={view} />
        ))}
      </ul>
      {!all && views.length > SHOWN && (
        <button type="button" class="button quiet small" onClick={() => setAll(true)}>
          {t("context.all_past", { n: views.length })}
        </button>
      )}
    </>
  );
}

export function Past({ contact, here }: { contact: ContactView; here: string }) {
  return (
    <Section name="past" title={t("context.past")}>
      <PastList contact={contact} here={here} />
    </Section>
  );
}

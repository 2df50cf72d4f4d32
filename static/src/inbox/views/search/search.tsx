import { useEffect, useState } from "preact/hooks";
import type { ConversationView, MessageView } from "../../../wire";
import { get, problemOf } from "../../api";
import { known, state } from "../../store";
import { dispatch } from "../../store";
import { accountOf, legOf } from "../../store/select";
import { Avatar } from "../../ui/avatar";
import { ChannelIcon } from "../../ui/channel-icon";
import { Icon } from "../../ui/icons";
import { Moment } from "../../ui/moment";
import { Empty, Failed, Skeleton } from "../../ui/states";
import { problemText, t, type WordKey } from "../../words";
import { MenuButton, SearchBox } from "../list/pane";
import { contactName } from "../names";
import { BackToList } from "../shell/back";

interface Part {
  text: string;
  found: boolean;
}

export interface Hit {
  conversation: ConversationView;
  message: MessageView | null;
  snippet: readonly Part[];
}

interface Page {
  hits: Hit[];
  before: string | null;
}

function Snippet({ snippet }: { snippet: Hit["snippet"] }) {
  return (
    <span class="row-preview">
      {snippet.map((part, index) => (part.found ? <mark key={index}>{part.text}</mark> : part.text))}
    </span>
  );
}

function HitRow({ hit: { conversation: view, message, snippet } }: { hit: Hit }) {
  const name = contactName(view.contact);
  return (
    <div role="listitem">
      <a class="row hit" href={message ? `/c/${view.number}?m=${message.id}` : `/c/${view.number}`}>
        <Avatar id={view.contact.id} name={view.contact.name} />
        <span class="row-body">
          <span class="row-head">
            <span class="row-name">{name}</span>
            <span class="faint">#{view.number}</span>
            <span class="row-when">
              <Moment at={message?.at ?? view.last_at} as="short" />
            </span>
          </span>
          {view.subject && message && <span class="row-subject">{view.subject}</span>}
          <Snippet snippet={snippet} />
          <span class="row-foot">
            <ChannelIcon account={accountOf(known, legOf(view, view.leg))} size={14} />
            {message?.visibility === "note" && (
              <span class="row-note">
                <Icon name="lock" size={12} />
                {t("note")}
              </span>
            )}
            {view.status !== "open" && (
              <span class={`badge status-${view.status}`}>{t(`status.${view.status}` as WordKey)}</span>
            )}
          </span>
        </span>
      </a>
    </div>
  );
}

interface Found {
  query: string;
  hits: Hit[];
  before: string | null;
  phase: "asked" | "ready" | "failed";
  text: string;
}

const NOTHING: Found = { query: "", hits: [], before: null, phase: "ready", text: "" };

export function SearchPane({ query }: { query: string }) {
  const [found, setFound] = useState<Found>(NOTHING);
  const { generation } = known;
  const ask = async (more: Found | null) => {
    const base = more ?? { ...NOTHING, query };
    setFound({ ...base, phase: "asked" });
    try {
      const page = await get<Page>("/search", { q: query, before: base.before });
      dispatch({
        kind: "conversations.learned",
        generation,
        conversations: page.hits.map((hit) => hit.conversation),
        position: state.peek().position,
      });
      setFound((now) =>
        now.query === query
          ? { ...base, hits: [...base.hits, ...page.hits], before: page.before, phase: "ready" }
          : now,
      );
    } catch (error) {
      setFound((now) =>
        now.query === query ? { ...base, phase: "failed", text: problemText(problemOf(error)) } : now,
      );
    }
  };
  useEffect(() => {
    if (query && generation > 0) void ask(null);
  }, [query, generation]);
  return (
    <section class="list-pane" aria-label={t("search.label")}>
      <header class="pane-head">
        <BackToList />
        <MenuButton />
        <h1 class="pane-title">{t("search.title", { query })}</h1>
      </header>
      <SearchBox key={query} query={query} />
      <div class="list-scroller">
        <div role="list" aria-label={t("search.label")}>
          {found.hits.map((hit, index) => (
            <HitRow key={`${hit.conversation.id} ${hit.message?.id ?? index}`} hit={hit} />
          ))}
        </div>
        {found.phase === "asked" && <Skeleton kind="row" rows={found.hits.length ? 1 : 5} />}
        {found.phase === "failed" && (
          <Failed text={found.text} retry={() => void ask(found.hits.length ? found : null)} />
        )}
        {found.phase === "ready" && found.hits.length === 0 && (
          <Empty icon="search" title={t("search.none")}>
            {t("search.none_more")}
          </Empty>
        )}
        {found.phase === "ready" && found.before !== null && (
          <button type="button" class="button more-hits" onClick={() => void ask(found)}>
            {t("search.more")}
          </button>
        )}
      </div>
    </section>
  );
}

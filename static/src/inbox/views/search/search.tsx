import { useEffect, useState } from "preact/hooks";
import type { ConversationView, Find, Hit, HitsPage, SnippetPart } from "../../../wire";
import { get, problemOf } from "../../api";
import { prefetch, prefetchNone, prefetchSoon } from "../../load";
import { known, state } from "../../store";
import { dispatch } from "../../store";
import { accountOf, legOf } from "../../store/select";
import { Avatar } from "../../ui/avatar";
import { ChannelIcon } from "../../ui/channel-icon";
import { Icon } from "../../ui/icons";
import { Moment } from "../../ui/moment";
import { Empty, Failed, Skeleton } from "../../ui/states";
import { count, problemText, t, type WordKey } from "../../words";
import { previewText } from "../list/row";
import { MenuButton } from "../list/pane";
import { carriesMarks } from "../conversation/text";
import { actorName, customerName } from "../names";
import { BackToList } from "../shell/back";
import { SearchBox } from "./box";
import { plainSnippet } from "./snippet";

function Snippet({ snippet }: { snippet: readonly SnippetPart[] }) {
  return (
    <>
      {snippet.map((part, index) => (part.found ? <mark key={index}>{part.text}</mark> : part.text))}
    </>
  );
}

/** One found message of a conversation: who said it, the words around it, when. */
function FindRow({ view, find: { message, snippet } }: { view: ConversationView; find: Find }) {
  const isNote = message.visibility === "note";
  const marked = carriesMarks(message, accountOf(known, legOf(view, message.leg)));
  const words = marked ? plainSnippet(snippet, message.text) : snippet;
  return (
    <a class={isNote ? "find find-note" : "find"} href={`/c/${view.number}?m=${message.id}`}>
      <span class="find-who">
        {isNote && <Icon name="lock" size={11} />}
        {isNote && <span class="only-heard">{t("note")} </span>}
        {actorName(message.author)}
      </span>
      <span class="find-words" dir="auto">
        {snippet.length > 0 ? <Snippet snippet={words} /> : t("preview.other")}
      </span>
      <span class="find-when">
        <Moment at={message.at} as="short" />
      </span>
    </a>
  );
}

function Badges({ view }: { view: ConversationView }) {
  return (
    <>
      <ChannelIcon account={accountOf(known, legOf(view, view.leg))} size={14} />
      {view.status !== "open" && (
        <span class={`badge status-${view.status}`}>{t(`status.${view.status}` as WordKey)}</span>
      )}
    </>
  );
}

/** A conversation and what in it was found: every message leads to its own place. */
function HitRow({ hit }: { hit: Hit }) {
  const { conversation: view, messages, more, snippet } = hit;
  const about = snippet.some((part) => part.found);
  const said = snippet.map((part) => part.text).join("");
  const bySubject = about && view.subject.startsWith(said.replace(/…$/, ""));
  return (
    <div role="listitem" class="hit">
      <a class="hit-head" href={`/c/${view.number}`} onPointerEnter={() => prefetchSoon(view)} onPointerLeave={prefetchNone} onFocus={() => prefetch(view)}>
        <Avatar id={view.contact.id} name={view.contact.name} />
        <span class="hit-body">
          <span class="row-head">
            <span class="row-name">{customerName(view)}</span>
            <Badges view={view} />
            <span class="faint">#{view.number}</span>
            <span class="row-when">
              <Moment at={view.last_at} as="short" />
            </span>
          </span>
          {view.subject && (
            <span class="row-subject hit-subject">{bySubject ? <Snippet snippet={snippet} /> : view.subject}</span>
          )}
          {about && !bySubject && (
            <span class="hit-about">
              <Snippet snippet={snippet} />
            </span>
          )}
          {messages.length === 0 && !about && view.preview && (
            <span class="hit-about">{previewText(view, view.preview)}</span>
          )}
        </span>
      </a>
      {messages.map((find) => (
        <FindRow key={find.message.id} view={view} find={find} />
      ))}
      {more > 0 && <span class="find-more faint">{count("search.more_finds", more)}</span>}
    </div>
  );
}

interface Found {
  query: string;
  hits: readonly Hit[];
  before: string | null;
  phase: "asked" | "ready" | "failed" | "refused";
  text: string;
  /** Questions that may have been meant by one that could not be read. */
  instead: readonly string[];
}

const NOTHING: Found = { query: "", hits: [], before: null, phase: "ready", text: "", instead: [] };

/** A conversation that came on two pages, because something new was found in it meanwhile, stands where it stood. */
function joined(before: readonly Hit[], page: readonly Hit[]): readonly Hit[] {
  const there = new Set(before.map((hit) => hit.conversation.id));
  return [...before, ...page.filter((hit) => !there.has(hit.conversation.id))];
}

function useSearch(query: string): [Found, () => void] {
  const [found, setFound] = useState<Found>(NOTHING);
  const { generation } = known;
  const ask = async (more: Found | null) => {
    const base = more ?? { ...NOTHING, query };
    const settle = (change: Partial<Found>) =>
      setFound((now) => (now.query === query ? { ...base, ...change } : now));
    setFound({ ...base, phase: "asked" });
    try {
      const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
      const page = await get<HitsPage>("/search", { q: query, zone, before: base.before, explain: "true" });
      if (page.misread) {
        settle({ phase: "refused", text: problemText(page.misread.problem), instead: page.misread.instead });
        return;
      }
      dispatch({
        kind: "conversations.learned",
        generation,
        conversations: page.hits.map((hit) => hit.conversation),
        position: state.peek().position,
      });
      settle({ hits: joined(base.hits, page.hits), before: page.before, phase: "ready" });
    } catch (error) {
      settle({ phase: "failed", text: problemText(problemOf(error)) });
    }
  };
  useEffect(() => {
    if (!query) setFound(NOTHING);
    else if (generation > 0) void ask(null);
  }, [query, generation]);
  return [found, () => void ask(found.hits.length ? found : null)];
}

function Instead({ questions }: { questions: readonly string[] }) {
  return (
    <p class="search-instead">
      <span>{t("search.instead")}</span>
      {questions.map((question) => (
        <a key={question} class="search-filter" href={`/search?q=${encodeURIComponent(question)}`}>
          {question}
        </a>
      ))}
    </p>
  );
}

export function SearchPane({ query }: { query: string }) {
  const [found, ask] = useSearch(query);
  return (
    <section class="list-pane" aria-label={t("search.label")}>
      <header class="pane-head">
        <MenuButton />
        <BackToList />
        <h1 class="pane-title" title={query}>
          {query ? t("search.title", { query }) : t("search.label")}
        </h1>
      </header>
      <SearchBox key={query} query={query} />
      <div class="list-scroller">
        <div role="list" aria-label={t("search.results")}>
          {found.hits.map((hit) => (
            <HitRow key={hit.conversation.id} hit={hit} />
          ))}
        </div>
        {found.phase === "asked" && <Skeleton kind="row" rows={found.hits.length ? 1 : 5} />}
        {found.phase === "failed" && <Failed text={found.text} retry={ask} />}
        {found.phase === "refused" && (
          <div role="alert">
            <Empty icon="search" title={t("search.refused")}>
              <p>{found.text}</p>
              {found.instead.length > 0 && <Instead questions={found.instead} />}
            </Empty>
          </div>
        )}
        {found.phase === "ready" && found.hits.length === 0 && (
          <Empty icon="search" title={t(query ? "search.none" : "search.begin")}>
            {t(query ? "search.none_more" : "search.begin_more")}
          </Empty>
        )}
        {found.phase === "ready" && found.before !== null && (
          <button type="button" class="button more-hits" onClick={ask}>
            {t("search.more")}
          </button>
        )}
      </div>
    </section>
  );
}

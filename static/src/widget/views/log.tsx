import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { dayName, startOfDay } from "../../shared/time";
import type { CustomerMessage } from "../../wire";
import type { Chat, View } from "../chat";
import { t, words } from "../words";
import { Face, Stored, Waiting, nameOf } from "./bubble";
import { DownIcon } from "./icons";
import { useLater } from "./lazy";

const NEAR = 80; // px from the end that still count as being there
const RUN = 5 * 60_000; // ms within which messages of one person stand together

function together(a: CustomerMessage | undefined, b: CustomerMessage | undefined): boolean {
  return !!a && !!b && a.author.kind === b.author.kind && a.author.name === b.author.name && b.at - a.at < RUN &&
    startOfDay(a.at) === startOfDay(b.at);
}

/** Keeps the reader's place: at the end it follows, elsewhere nothing moves under the eyes. */
function useStay(chat: Chat, view: View) {
  const box = useRef<HTMLDivElement>(null);
  const place = useRef({ atEnd: true, height: 0, first: "", mine: "" });
  const [atEnd, setAtEnd] = useState(true);
  const look = () => {
    const it = box.current;
    if (!it) return;
    const near = it.scrollHeight - it.scrollTop - it.clientHeight < NEAR;
    place.current.atEnd = near;
    setAtEnd(near);
    chat.end(near);
    if (it.scrollTop < 200) void chat.older();
  };
  const toEnd = () => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
    look();
  };
  useLayoutEffect(() => {
    const it = box.current;
    if (!it) return;
    const { messages } = view.story;
    const [first, mine] = [messages[0]?.id ?? "", view.line.at(-1)?.client_id ?? ""];
    const grewAbove = first !== place.current.first && place.current.first !== "";
    if (place.current.atEnd || (mine && mine !== place.current.mine)) it.scrollTop = it.scrollHeight;
    else if (grewAbove) it.scrollTop += it.scrollHeight - place.current.height;
    Object.assign(place.current, { height: it.scrollHeight, first, mine });
  });
  useEffect(() => {
    const it = box.current;
    if (!it) return;
    const watch = new ResizeObserver(() => place.current.atEnd && toEnd());
    watch.observe(it);
    return () => watch.disconnect();
  }, []);
  // A window that was hidden had no height: it starts at the end.
  useEffect(() => {
    if (view.shown && place.current.atEnd) toEnd();
  }, [view.shown]);
  return { box, atEnd, look, toEnd };
}

/** Is there nobody to answer just now, by the team's hours or by who is online? */
function isAlone({ here, team }: View): boolean {
  return !here || team?.open === false;
}

export function Log({ chat, view }: { chat: Chat; view: View }) {
  const { box, atEnd, look, toEnd } = useStay(chat, view);
  const { story } = view;
  const language = words.language();
  const alone = useLater(view.phase === "ready" && view.up && isAlone(view));
  return (
    <div class="log-frame">
      {/* In the order of Tab, because what scrolls must be reached by keyboard. */}
      <div class="log" ref={box} onScroll={look} tabIndex={0} role="log" aria-live="off" aria-label={t("chat.log")}>
        {story.before === null && view.settings && <Greeting view={view} />}
        {view.loading && <p class="day">{t("chat.loading")}</p>}
        {story.before && !view.loading && (
          <button type="button" class="older" onClick={() => void chat.older()}>{t("chat.older")}</button>
        )}
        {story.before === undefined && view.phase !== "shut" && <Skeleton />}
        <Rows chat={chat} view={view} language={language} />
        {view.typing.length > 0 && <Typing view={view} ours={chat.picture} />}
        {alone && <alone.Away chat={chat} view={view} />}
      </div>
      {!atEnd && (
        <button type="button" class="pill" onClick={toEnd}>
          <DownIcon />
          {view.unread > 0 ? words.count("chat.new", view.unread) : <span class="sr">{t("chat.log")}</span>}
        </button>
      )}
    </div>
  );
}

function Rows({ chat, view, language }: { chat: Chat; view: View; language: string }) {
  const { messages, seenTo } = view.story;
  const byId = new Map(messages.map((message) => [message.id, message]));
  const stored = new Set(messages.map((message) => message.client_id));
  const waiting = view.line.filter((message) => !stored.has(message.client_id));
  const next = waiting.find((message) => !message.refused);
  return (
    <>
      {messages.flatMap((message, n) => {
        const [before, after] = [messages[n - 1], messages[n + 1]];
        const newDay = !before || startOfDay(before.at) !== startOfDay(message.at);
        const isNew = message.position === view.newFrom;
        return [
          newDay && <p class="day" key={`day ${message.id}`}>{dayName(message.at, Date.now(), language)}</p>,
          isNew && <p class="new-line" key="new">{t("chat.new_line")}</p>,
          <Stored
            key={message.author.kind === "me" && message.client_id ? message.client_id : message.id}
            chat={chat}
            message={message}
            answered={message.reply_to ? byId.get(message.reply_to) : undefined}
            first={isNew || !together(before, message)}
            last={!together(message, after)}
            seen={message.position <= seenTo}
          />,
        ];
      })}
      {waiting.map((message) => <Waiting key={message.client_id} chat={chat} message={message} next={message === next} />)}
    </>
  );
}

function Greeting({ view }: { view: View }) {
  return <p class="greeting" dir="auto">{view.settings?.greeting[words.language()]}</p>;
}

function Skeleton() {
  return <div class="skeleton" aria-hidden="true"><i /><i /><i /></div>;
}

function Typing({ view, ours }: { view: View; ours: string | null }) {
  const [who] = view.typing;
  if (!who) return null;
  const name = nameOf(who);
  const text = t(view.typing.length > 1 ? "typing.some" : "typing.one", { name });
  return (
    <div class="row theirs typing">
      <Face who={who} ours={ours} />
      <div class="dots" title={text}><i /><i /><i /></div>
      <span class="who">{text}</span>
    </div>
  );
}

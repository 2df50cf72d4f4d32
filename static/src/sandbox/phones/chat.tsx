import { Fragment } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { distances } from "../../shared/formats";
import { clock, dayName, startOfDay } from "../../shared/time";
import { Composer } from "./composer";
import { kind, Mark } from "./device";
import { type Chat, type Entry, type Phone, press } from "./door";
import { Bubble } from "./entry";
import { Back } from "./icons";
import { language, t } from "./words";

interface Viewed {
  phone: Phone;
  chat: Chat;
  entries: readonly Entry[];
  at: number;
  back: () => void;
}

const BOTTOM = 40; // px that count as "at the end"

/** One chat with the shop. Escape leads back to the list. */
export function ChatView({ phone, chat, entries, at, back }: Viewed) {
  const [problem, setProblem] = useState(false);
  const hand = { phone: phone.number, line: chat.line };
  const choose = (message: string, choice: string) =>
    press(hand, message, choice).then(
      () => setProblem(false),
      () => setProblem(true),
    );
  return (
    <div
      class="chat"
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.isComposing) back();
      }}
    >
      <div class="chat-head">
        <button type="button" class="plain" aria-label={t("phones.back")} title={t("phones.back")} onClick={back}>
          <Back />
        </button>
        <Mark whatsapp={chat.whatsapp} />
        <h2>
          {t("phones.business")}
          <span class="kind" aria-live="polite">
            {chat.typing ? t("phones.types") : kind(chat)}
          </span>
        </h2>
      </div>
      <Standing chat={chat} phone={phone} at={at} />
      <Log chat={chat} entries={entries} at={at} choose={choose} />
      <p class="problem" role="alert">
        {problem && t("phones.not_done")}
      </p>
      <Composer phone={phone} chat={chat} />
    </div>
  );
}

/** What holds for the whole chat: no network, STOP, WhatsApp's 24 hours. */
function Standing({ chat, phone, at }: { chat: Chat; phone: Phone; at: number }) {
  const day = distances(language).format(startOfDay(chat.window) > startOfDay(at) ? 1 : 0, "day");
  const time = `${day} ${clock(chat.window, language)}`;
  const window = !chat.window
    ? t("phones.window_none")
    : chat.window > at
      ? t("phones.window", { time })
      : t("phones.window_over");
  return (
    <div class="standing">
      {phone.airplane && <p class="warns">{t("phones.waits")}</p>}
      {chat.stopped && <p class="warns">{t("phones.stopped")}</p>}
      {chat.whatsapp && <p>{window}</p>}
    </div>
  );
}

interface Logged {
  chat: Chat;
  entries: readonly Entry[];
  at: number;
  choose: (message: string, choice: string) => void;
}

function Log({ chat, entries, at, choose }: Logged) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const [newer, setNewer] = useState(false);
  const last = entries[entries.length - 1];
  const toEnd = () => box.current?.scrollTo({ top: box.current.scrollHeight });
  useLayoutEffect(() => {
    if (!last) return;
    if (atEnd.current || last.mine) toEnd();
    else setNewer(true);
  }, [last?.id, chat.typing]);
  useEffect(() => {
    // The room changes with what stands below: the end stays in sight.
    const watching = new ResizeObserver(() => {
      if (atEnd.current) toEnd();
    });
    if (box.current) watching.observe(box.current);
    return () => watching.disconnect();
  }, []);
  const scrolled = () => {
    if (!box.current) return; // told late, of a chat that was left
    const { scrollTop, clientHeight, scrollHeight } = box.current;
    atEnd.current = scrollTop + clientHeight > scrollHeight - BOTTOM;
    if (atEnd.current) setNewer(false);
  };
  const lastMine = entries.findLast((entry) => entry.mine)?.id;
  return (
    <div class="log-room">
      <div
        class="log"
        role="log"
        aria-label={t("phones.log", { who: `${t("phones.business")}, ${kind(chat)}` })}
        tabIndex={0}
        ref={box}
        onScroll={scrolled}
      >
        {entries.length === 0 && <p class="day">{t("phones.nothing")}</p>}
        {entries.map((entry, place) => (
          <Fragment key={entry.id}>
            {isNewDay(entries[place - 1], entry) && <p class="day">{dayName(entry.at || at, at, language)}</p>}
            <Bubble
              entry={entry}
              quoted={entries.find((one) => one.id === entry.quotes)}
              tells={chat.whatsapp || entry.id === lastMine || entry.tick === "waits"}
              whatsapp={chat.whatsapp}
              choose={choose}
            />
          </Fragment>
        ))}
        {chat.typing && (
          <div class="entry theirs" aria-hidden="true">
            <div class="bubble dots">
              <i />
              <i />
              <i />
            </div>
          </div>
        )}
      </div>
      {newer && (
        <button type="button" class="newer" onClick={toEnd}>
          {t("phones.newer")}
        </button>
      )}
    </div>
  );
}

function isNewDay(before: Entry | undefined, entry: Entry): boolean {
  if (!before) return true;
  return entry.at > 0 && before.at > 0 && startOfDay(before.at) !== startOfDay(entry.at);
}

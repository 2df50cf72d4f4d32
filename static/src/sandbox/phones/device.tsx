import { useEffect, useRef } from "preact/hooks";
import { clock, shortMoment } from "../../shared/time";
import { useClock } from "../clock";
import { ChatView } from "./chat";
import type { Chat, Entry, Hand, Now, Phone } from "./door";
import { Battery, Plane, Signal } from "./icons";
import { count, language, t } from "./words";

const NARROW = "(max-width: 760px)"; // as in device.css

interface InHand {
  phone: Phone;
  now: Now;
  hand: Hand;
  /** Empty: back to the list. */
  open: (line: string) => void;
}

/** A phone: its chats, or one of them. */
export function Device({ phone, now, hand, open }: InHand) {
  const at = useClock();
  const left = useRef("");
  const device = useRef<HTMLElement>(null);
  useEffect(() => {
    // Where the page is one column, an open chat is the whole screen, as it is on a phone.
    if (hand.line && matchMedia(NARROW).matches) device.current?.scrollIntoView();
  }, [hand.line]);
  const mine = now.phone === phone.number;
  const chats = mine ? now.chats : [];
  const chat = chats.find((one) => one.line === hand.line);
  const back = () => {
    left.current = hand.line;
    open("");
  };
  return (
    <section class="device" ref={device} aria-label={t("phones.phone_of", { name: phone.name })}>
      <div class={chat ? (chat.whatsapp ? "screen whatsapp" : "screen sms") : "screen home"}>
        <div class="status" aria-hidden="true">
          <span>{clock(at, language)}</span>
          <span class="signs">
            {phone.airplane ? <Plane /> : <Signal />}
            <Battery />
          </span>
        </div>
        {chat ? (
          <ChatView
            key={chat.line}
            phone={phone}
            chat={chat}
            entries={now.line === chat.line ? now.entries : []}
            at={at}
            back={back}
          />
        ) : (
          <Home chats={chats} at={at} open={open} focus={left.current} />
        )}
      </div>
    </section>
  );
}

interface Homely {
  chats: readonly Chat[];
  at: number;
  open: (line: string) => void;
  /** The chat that was just left: the focus goes back to it. */
  focus: string;
}

function Home({ chats, at, open, focus }: Homely) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    if (focus) list.current?.querySelector<HTMLElement>(`[data-line="${CSS.escape(focus)}"]`)?.focus();
  }, []);
  return (
    <>
      <h2 class="home-title">{t("phones.chats")}</h2>
      <ul class="chats" ref={list}>
        {chats.map((chat) => (
          <li key={chat.line}>
            <button type="button" class="chat-row" data-line={chat.line} onClick={() => open(chat.line)}>
              <Mark whatsapp={chat.whatsapp} />
              <span class="of">
                <b>{t("phones.business")}</b>
                <span class="kind">{kind(chat)}</span>
                <span class="last">{chat.typing ? t("phones.types") : chat.last ? lastOf(chat.last) : t("phones.nothing")}</span>
              </span>
              <span class="when">
                {chat.last && chat.last.at > 0 && <time>{shortMoment(chat.last.at, at, language)}</time>}
                <Badge unread={chat.unread} />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}

/** How many are new; the word is for who cannot see where it stands. */
export function Badge({ unread }: { unread: number }) {
  if (unread === 0) return null;
  const said = count("phones.unread", unread);
  return (
    <span class="badge" role="img" aria-label={said} title={said}>
      {unread}
    </span>
  );
}

export function kind(chat: Chat): string {
  return t(chat.whatsapp ? "phones.whatsapp" : "phones.sms");
}

/** The shop's sign in either kind of chat. */
export function Mark({ whatsapp }: { whatsapp: boolean }) {
  return (
    <span class={whatsapp ? "mark whatsapp" : "mark sms"} aria-hidden="true">
      <svg viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linejoin="round" stroke-linecap="round">
        <path d="M5 9h11v5a4 4 0 0 1-4 4H9a4 4 0 0 1-4-4zM16 10h1.5a2.5 2.5 0 0 1 0 5H16M8 3.5v2M12 3.5v2" />
      </svg>
    </span>
  );
}

/** An entry in a few words. */
export function words(entry: Entry): string {
  if (entry.text) return entry.text;
  if (entry.place) return t("phones.place");
  return t(entry.files.some((file) => file.type.startsWith("image/")) ? "phones.photo" : "phones.file");
}

function lastOf(entry: Entry): string {
  return entry.mine ? t("phones.you", { words: words(entry) }) : words(entry);
}

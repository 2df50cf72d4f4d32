import { useEffect, useRef, useState } from "preact/hooks";
import { Inbox, Section } from "../inbox";
import { type Channel, known, type Now, openHome, type Place, shortcut } from "./door";
import { useLive } from "./live";
import { HomeTab, Room, sign, Thread } from "./room";
import { Modal } from "./view";
import { WeatherPanel } from "./weather";
import { count, t } from "./words";

/** In place of a channel: the app's own tab. */
const HOME = "home";

/** The address keeps who one is and what stands open: `#U0000001/C0000006/1795003200.000001`. */
function opened(): Place {
  const [user = "", channel = "", thread = ""] = location.hash.slice(1).split("/").map(decodeURIComponent);
  if (!known.residents.includes(user)) return { user: known.state.user, channel: "", thread: "" };
  return { user, channel, thread };
}

function Whose({ now, place, go }: { now: Now; place: Place; go: (place: Partial<Place>) => void }) {
  return (
    <Section title={t("town.whose")}>
      <ul class="owners">
        {known.residents.map((id) => {
          const person = now.people[id];
          return (
            person && (
              <li key={id}>
                <button
                  type="button"
                  class="owner"
                  aria-pressed={id === place.user}
                  onClick={() => go({ user: id, channel: "", thread: "" })}
                >
                  <span class="face" aria-hidden="true">
                    {[...person.name][0]}
                  </span>
                  <b>{person.name}</b>
                  {person.guest && <span class="tag">{t("town.guest")}</span>}
                </button>
              </li>
            )
          );
        })}
      </ul>
    </Section>
  );
}

interface Listed {
  channels: readonly Channel[];
  open: string;
  go: (place: Partial<Place>) => void;
  /** The app's shortcut in the menu of everything. */
  pull: () => void;
}

function Channels({ channels, open, go, pull }: Listed) {
  return (
    <nav class="channels" aria-label={t("town.channels")}>
      <button type="button" class="channel" aria-current={open === HOME ? "page" : undefined} onClick={() => go({ channel: HOME, thread: "" })}>
        <span class="sign" aria-hidden="true">
          ⌂
        </span>
        {t("town.home")}
      </button>
      <button type="button" class="channel" onClick={pull}>
        <span class="sign" aria-hidden="true">
          ⚡
        </span>
        {known.shortcuts.all.name}
      </button>
      {channels.map((channel) => (
        <button
          type="button"
          key={channel.id}
          class={`channel ${channel.unread > 0 ? "new" : ""}`}
          aria-current={open === channel.id ? "page" : undefined}
          onClick={() => go({ channel: channel.id, thread: "" })}
        >
          <span class="sign" aria-hidden="true">
            {sign(channel) || "@"}
          </span>
          <span class="name">{channel.name}</span>
          {channel.shared && <span class="tag">{t("town.shared_tag")}</span>}
          {channel.unread > 0 && (
            <span class="badge" aria-label={count("town.unread", channel.unread)}>
              {channel.unread}
            </span>
          )}
        </button>
      ))}
    </nav>
  );
}

const NARROW = "(max-width: 760px)"; // as in town.css

export function Page() {
  const [place, setPlace] = useState(opened);
  // On a wide page her first channel stands open when she has chosen none.
  const [narrow, setNarrow] = useState(matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const look = () => setNarrow(query.matches);
    query.addEventListener("change", look);
    return () => query.removeEventListener("change", look);
  }, []);
  const first = known.state.user === place.user ? known.state.channels[0]?.id : "";
  const open = place.channel || (narrow ? "" : (first ?? ""));
  const there: Place = { user: place.user, channel: open === HOME ? "" : open, thread: open === HOME ? "" : place.thread };
  const [now, failed] = useLive(there);
  const go = (next: Partial<Place>) => {
    const to = { ...place, channel: open, ...next };
    // Where there is room the list stands beside what is open: back to it only closes the thread.
    if (!to.channel && !narrow && to.user === place.user) to.channel = open;
    history.replaceState(null, "", `#${[to.user, to.channel, to.thread].map(encodeURIComponent).join("/")}`);
    setPlace(to);
  };
  useEffect(() => {
    if (open === HOME) openHome(place.user).catch(() => undefined);
  }, [open, place.user]);
  const [unheard, setUnheard] = useState(false);
  const pull = () =>
    void shortcut(place.user, known.shortcuts.all.callback).then(
      (heard) => setUnheard(!heard),
      () => setUnheard(true),
    );
  const channels = now.user === place.user ? now.channels : [];
  const channel = channels.find((one) => one.id === open);
  const unread = channels.reduce((sum, one) => sum + one.unread, 0);
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${t("town.title")}` : t("town.title");
  }, [unread]);
  const name = now.people[place.user]?.name ?? "";
  const pane = channel && place.thread ? "thread" : channel || open === HOME ? "room" : "list";
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    // Where the page is one column, what is open is the whole screen, as it is on a phone.
    if (narrow && pane !== "list") main.current?.scrollIntoView();
  }, [narrow, pane]);
  return (
    <div class="page">
      <header>
        <h1>{t("town.title")}</h1>
        <p>{t("town.lead")}</p>
        <p class="failed" role="alert">
          {failed ? t("town.failed") : unheard && t("town.unheard")}
        </p>
      </header>
      <div class="whose">
        <Whose now={now} place={place} go={go} />
      </div>
      <main ref={main}>
        <div class={`program at-${pane}`} role="group" aria-label={t("town.program", { name })}>
          <Channels channels={channels} open={open} go={go} pull={pull} />
          {open === HOME && <HomeTab now={now} place={there} back={() => go({ channel: "", thread: "" })} />}
          {channel && <Room now={now} place={there} channel={channel} go={go} />}
          {channel && place.thread && <Thread now={now} place={there} channel={channel} go={go} />}
        </div>
        {now.modal && now.user === place.user && <Modal key={now.modal.id} view={now.modal} user={place.user} />}
      </main>
      <aside aria-label={t("town.weather")}>
        <WeatherPanel weather={now.weather} />
        <Inbox path={known.path} people={known.people} />
        <p>
          <a href={known.path}>{t("town.to_shop")}</a>
        </p>
      </aside>
    </div>
  );
}

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { dayName, startOfDay } from "../../shared/time";
import { useClock } from "../clock";
import { Composer } from "./composer";
import type { Channel, Entry, Now, Place } from "./door";
import { Message } from "./entry";
import { Home } from "./view";
import { count, language, t } from "./words";

const BOTTOM = 40; // px that count as "at the end"

/** A list of messages that stays at its end while somebody reads there. */
function Log({ label, last, children }: { label: string; last: string; children: ComponentChildren }) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const toEnd = () => box.current?.scrollTo({ top: box.current.scrollHeight });
  useLayoutEffect(() => {
    if (atEnd.current) toEnd();
  }, [last]);
  useEffect(() => {
    const watching = new ResizeObserver(() => {
      if (atEnd.current) toEnd();
    });
    if (box.current) watching.observe(box.current);
    return () => watching.disconnect();
  }, []);
  return (
    <div
      class="log"
      role="log"
      aria-label={label}
      tabIndex={0}
      ref={box}
      onScroll={() => {
        if (!box.current) return; // told late, of a room that was left
        const { scrollTop, clientHeight, scrollHeight } = box.current;
        atEnd.current = scrollTop + clientHeight > scrollHeight - BOTTOM;
      }}
    >
      <ol>{children}</ol>
    </div>
  );
}

function isNewDay(before: Entry | undefined, entry: Entry): boolean {
  return !before || startOfDay(before.at) !== startOfDay(entry.at);
}

export const sign = (channel: Channel): string => ({ public: "#", private: "🔒", im: "" })[channel.kind];

interface Standing {
  now: Now;
  place: Place;
  channel: Channel;
  go: (place: Partial<Place>) => void;
}

/** One channel: who is there, what was said, and where one writes. */
export function Room({ now, place, channel, go }: Standing) {
  const at = useClock();
  const entries = now.user === place.user && now.channel === place.channel ? now.entries : [];
  const guests = channel.members.filter((id) => now.people[id]?.guest || now.people[id]?.stranger).length;
  return (
    <section class="room" aria-label={channel.name}>
      <div class="room-head">
        <button type="button" class="plain back" onClick={() => go({ channel: "", thread: "" })}>
          {t("town.back")}
        </button>
        <h2>
          <span aria-hidden="true">{sign(channel)}</span> {channel.name}
        </h2>
        <p class="faint">
          {[
            count("town.members", channel.members.length),
            channel.shared && t("town.shared"),
            guests > 0 && count("town.guests", guests),
            channel.topic,
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
      </div>
      <Log key={`${place.user} ${channel.id}`} label={t("town.log", { name: channel.name })} last={entries.at(-1)?.id ?? ""}>
        {entries.length === 0 && <li class="day">{t("town.nothing")}</li>}
        {entries.map((entry, index) => [
          isNewDay(entries[index - 1], entry) && (
            <li class="day" key={`day ${entry.id}`}>
              {dayName(entry.at, at, language)}
            </li>
          ),
          <Message key={entry.id} entry={entry} place={place} answer={() => go({ thread: entry.id })} />,
        ])}
      </Log>
      {channel.archived ? (
        <p class="faint archived">{t("town.archived")}</p>
      ) : (
        <Composer place={{ ...place, thread: "" }} label={t("town.write", { name: channel.name })} />
      )}
    </section>
  );
}

/** A thread beside its channel; on a phone over it. */
export function Thread({ now, place, channel, go }: Standing) {
  const replies = now.user === place.user && now.thread === place.thread ? now.replies : [];
  return (
    <section
      class="room thread"
      aria-label={t("town.thread")}
      onKeyDown={(event) => {
        if (event.key === "Escape" && !event.isComposing) go({ thread: "" });
      }}
    >
      <div class="room-head">
        <h2>
          {t("town.thread")} <span class="faint">{channel.name}</span>
        </h2>
        <button type="button" class="plain" onClick={() => go({ thread: "" })}>
          {t("town.close")}
        </button>
      </div>
      <Log key={place.thread} label={t("town.thread")} last={replies.at(-1)?.id ?? ""}>
        {replies.map((entry) => (
          <Message key={entry.id} entry={entry} place={place} />
        ))}
      </Log>
      <Composer place={place} label={t("town.write_thread")} />
    </section>
  );
}

/** Her home tab: what the app has put there, or that there is nothing yet. */
export function HomeTab({ now, place, back }: { now: Now; place: Place; back: () => void }) {
  const home = now.user === place.user ? now.home : null;
  return (
    <section class="room" aria-label={t("town.home")}>
      <div class="room-head">
        <button type="button" class="plain back" onClick={back}>
          {t("town.back")}
        </button>
        <h2>{t("town.home")}</h2>
      </div>
      <div class="log">{home ? <Home view={home} user={place.user} /> : <p class="day">{t("town.no_home")}</p>}</div>
    </section>
  );
}

import { useEffect, useState } from "preact/hooks";
import { Inbox, Section } from "../inbox";
import { bring } from "./composer";
import { Badge, Device } from "./device";
import { fly, type Hand, known, type Now, type Phone } from "./door";
import { Plane } from "./icons";
import { useLive } from "./live";
import { WeatherPanel } from "./weather";
import { count, t } from "./words";

/** The address keeps what is in one's hand: `#+821055550111/whatsapp:+827055550101`. A link to the shop's number names no
 *  phone, and has words behind it: `#/whatsapp:+827055550101/I%20would%20like`. */
function held(): Hand {
  const [phone, line = "", words] = location.hash.slice(1).split("/").map(decodeURIComponent);
  const { phones, chats } = known.state;
  const found = phones.find((one) => one.number === phone) ?? phones[0];
  const there = chats.some((chat) => chat.line === line && (found.whatsapp || !chat.whatsapp));
  if (words && there) {
    bring(line, words);
    history.replaceState(null, "", `#${found.number}/${line}`);
  }
  return { phone: found.number, line: there && (phone === found.number || words) ? line : "" };
}

function Whose({ now, hand, take }: { now: Now; hand: Hand; take: (phone: string) => void }) {
  return (
    <Section title={t("phones.whose")}>
      <ul class="owners">
        {now.phones.map((phone) => (
          <li key={phone.number}>
            <button type="button" class="owner" aria-pressed={phone.number === hand.phone} onClick={() => take(phone.number)}>
              <span class="face" aria-hidden="true">
                {[...phone.name][0]}
              </span>
              <span class="of">
                <b>{phone.name}</b>
                <span class="faint number">{phone.shown}</span>
                <span class="faint">{facts(phone)}</span>
              </span>
              <Badge unread={phone.unread} />
            </button>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function facts(phone: Phone): string {
  return [
    count("phones.received", phone.received),
    phone.whatsapp ? "" : t("phones.no_whatsapp"),
    phone.airplane ? t("phones.flies") : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

function Airplane({ phone }: { phone: Phone }) {
  const [failed, setFailed] = useState(false);
  const turn = (on: boolean) =>
    fly(phone.number, on).then(
      () => setFailed(false),
      () => setFailed(true),
    );
  return (
    <div class="airplane">
      <label class="check">
        <input
          type="checkbox"
          role="switch"
          checked={phone.airplane}
          aria-describedby="airplane-more"
          onChange={(event) => void turn(event.currentTarget.checked)}
        />
        <Plane />
        {t("phones.airplane")}
      </label>
      <p class="faint" id="airplane-more">
        {t("phones.airplane_more")}
      </p>
      <p class="failed" role="alert">
        {failed && t("phones.not_done")}
      </p>
    </div>
  );
}

export function Page() {
  const [hand, setHand] = useState(held);
  const [now, failed] = useLive(hand);
  const take = (next: Hand) => {
    history.replaceState(null, "", `#${next.phone}/${next.line}`);
    setHand(next);
  };
  const phone = now.phones.find((one) => one.number === hand.phone) ?? now.phones[0];
  const unread = now.phones.reduce((sum, one) => sum + one.unread, 0);
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${t("phones.title")}` : t("phones.title");
  }, [unread]);
  return (
    <div class="page">
      <header>
        <h1>{t("phones.title")}</h1>
        <p>{t("phones.lead")}</p>
        <p class="failed" role="alert">
          {failed && t("phones.failed")}
        </p>
      </header>
      <nav class="whose" aria-label={t("phones.whose")}>
        <Whose now={now} hand={hand} take={(number) => take({ phone: number, line: "" })} />
      </nav>
      <main>
        <Device
          key={phone.number}
          phone={phone}
          now={now}
          hand={hand}
          open={(line) => take({ phone: phone.number, line })}
        />
        <Airplane key={phone.number} phone={phone} />
      </main>
      <aside aria-label={t("phones.weather")}>
        <WeatherPanel weather={now.weather} />
        <Inbox path={known.path} people={known.people} />
        <p>
          <a href={known.path}>{t("phones.shop")}</a>
        </p>
      </aside>
    </div>
  );
}

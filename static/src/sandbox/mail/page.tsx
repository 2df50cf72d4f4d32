import { useEffect, useState } from "preact/hooks";
import { Inbox, Section } from "../inbox";
import { Badge } from "./badge";
import { type Box, known, type Now } from "./door";
import { useLive } from "./live";
import { Program } from "./program";
import { WeatherPanel } from "./weather";
import { t } from "./words";

/** The address keeps whose mailbox it is: `#olivia@mail.example`. */
function opened(): string {
  const asked = decodeURIComponent(location.hash.slice(1));
  const { boxes } = known.state;
  return (boxes.find((box) => box.address === asked) ?? boxes[0]).address;
}

function Whose({ now, address, take }: { now: Now; address: string; take: (address: string) => void }) {
  return (
    <Section title={t("letters.whose")}>
      <ul class="owners">
        {now.boxes.map((box) => (
          <li key={box.address}>
            <button type="button" class="owner" aria-pressed={box.address === address} onClick={() => take(box.address)}>
              <span class="face" aria-hidden="true">
                {[...box.name][0]}
              </span>
              <span class="of">
                <b>{box.name}</b>
                <span class="faint address">{box.address}</span>
              </span>
              <Badge unread={box.unread} />
            </button>
          </li>
        ))}
      </ul>
    </Section>
  );
}

export function Page() {
  const [address, setAddress] = useState(opened);
  const [now, failed] = useLive(address);
  const take = (next: string) => {
    history.replaceState(null, "", `#${next}`);
    setAddress(next);
  };
  const box: Box = now.boxes.find((one) => one.address === address) ?? now.boxes[0];
  const unread = now.boxes.reduce((sum, one) => sum + one.unread, 0);
  useEffect(() => {
    document.title = unread > 0 ? `(${unread}) ${t("letters.title")}` : t("letters.title");
  }, [unread]);
  return (
    <div class="page">
      <header>
        <h1>{t("letters.title")}</h1>
        <p>{t("letters.lead", { shop: known.shop })}</p>
        <p class="failed" role="alert">
          {failed && t("letters.failed")}
        </p>
      </header>
      <nav class="whose" aria-label={t("letters.whose")}>
        <Whose now={now} address={box.address} take={take} />
      </nav>
      <main>
        <Program key={box.address} box={box} letters={now.box === box.address ? now.letters : []} />
      </main>
      <aside aria-label={t("letters.weather")}>
        <WeatherPanel key={box.address} box={box} />
        <Inbox path={known.path} people={known.people} />
        <p>
          <a href={known.path}>{t("letters.to_shop")}</a>
        </p>
      </aside>
    </div>
  );
}

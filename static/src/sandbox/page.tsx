import { useEffect, useId, useState } from "preact/hooks";
import { ago } from "./ago";
import { beginAnew, type Happened, known, look, type Now, type Persona, picture, play, type Speed } from "./door";
import { Inbox, Section } from "./inbox";
import { count, type Key, t } from "./words";

const LOOK_EVERY = 2_000; // ms
const SHOWN = 6; // things that happened

/** What the demo's customers do, asked for as long as somebody looks at this page. */
function useNow(): [Now, (now: Now) => void, boolean] {
  const [now, setNow] = useState(known.state);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    const ask = () => {
      if (document.visibilityState === "hidden") return;
      look().then(
        (told) => {
          // Another life: the demo was begun anew, and nothing on this page is of it.
          if (told.life !== known.state.life) location.reload();
          setFailed(false);
          setNow(told);
        },
        () => setFailed(true),
      );
    };
    const timer = setInterval(ask, LOOK_EVERY);
    return () => clearInterval(timer);
  }, []);
  return [now, setNow, failed];
}

interface Playing {
  persona: Persona;
  signed: boolean;
}

function Who({ playing, change }: { playing: Playing; change: (to: Playing) => void }) {
  const more = useId();
  return (
    <Section title={t("sandbox.who")}>
      <div class="personas" role="radiogroup" aria-label={t("sandbox.who")}>
        {known.personas.map((persona) => (
          <label key={persona.key} class="persona">
            <input
              type="radio"
              name="persona"
              checked={persona.key === playing.persona.key}
              onChange={() => change({ persona, signed: true })}
            />
            <span>
              <b lang={persona.language}>{persona.name}</b>
              <span class="faint">
                {t(persona.language === "ko" ? "sandbox.language.ko" : "sandbox.language.en")}
                {persona.cross && <span class="mark">{t("sandbox.cross")}</span>}
              </span>
            </span>
          </label>
        ))}
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={playing.signed}
          aria-describedby={more}
          onChange={(event) => change({ ...playing, signed: event.currentTarget.checked })}
        />
        {t("sandbox.signed")}
      </label>
      <p class="faint" id={more}>
        {t("sandbox.signed_more")}
      </p>
    </Section>
  );
}

async function copyPicture(name: string): Promise<void> {
  const image = fetch(picture(name)).then((answer) => answer.blob());
  await navigator.clipboard.write([new ClipboardItem({ "image/png": image })]);
}

function Words({ persona }: { persona: Persona }) {
  const [said, setSaid] = useState<Key | null>(null);
  const copy = (copying: Promise<void>) =>
    copying.then(
      () => setSaid("sandbox.copied"),
      () => setSaid("sandbox.not_copied"),
    );
  return (
    <>
      <Section title={t("sandbox.says")}>
        <p class="faint">{t("sandbox.says_more")}</p>
        <ul class="says" lang={persona.language}>
          {persona.says.map((line) => (
            <li key={line}>
              <button type="button" onClick={() => void copy(navigator.clipboard.writeText(line))}>
                {line}
              </button>
            </li>
          ))}
        </ul>
      </Section>
      <Section title={t("sandbox.pictures")}>
        <div class="row">
          {known.pictures.map((name) => (
            <button type="button" key={name} class="picture" onClick={() => void copy(copyPicture(name))}>
              <img src={picture(name)} alt="" width={64} height={48} />
              {t(name === "parcel" ? "sandbox.picture.parcel" : "sandbox.picture.machine")}
            </button>
          ))}
        </div>
        <p class="told" role="status">
          {said && t(said)}
        </p>
      </Section>
    </>
  );
}

const HAPPENED: Readonly<Record<Happened["what"], Key>> = {
  came: "sandbox.happened.came",
  wrote: "sandbox.happened.wrote",
  read: "sandbox.happened.read",
  went: "sandbox.happened.went",
  back: "sandbox.happened.back",
  left: "sandbox.happened.left",
};
const SPEEDS: readonly [Speed, Key][] = [
  ["slow", "sandbox.speed.slow"],
  ["normal", "sandbox.speed.normal"],
  ["fast", "sandbox.speed.fast"],
];

function Crowd({ now, told }: { now: Now; told: (now: Now) => void }) {
  const change = (wish: { on?: boolean; speed?: Speed }) => play(wish).then(told, () => undefined);
  return (
    <Section title={t("sandbox.crowd")}>
      <label class="check">
        <input
          type="checkbox"
          role="switch"
          checked={now.on}
          onChange={(event) => void change({ on: event.currentTarget.checked })}
        />
        {t("sandbox.crowd_on")}
      </label>
      <p class="faint">{t("sandbox.crowd_more", { most: now.most })}</p>
      <label class="speed">
        {t("sandbox.speed")}
        <select value={now.speed} onChange={(event) => void change({ speed: event.currentTarget.value as Speed })}>
          {SPEEDS.map(([speed, word]) => (
            <option key={speed} value={speed}>
              {t(word)}
            </option>
          ))}
        </select>
      </label>
      <p class="told">
        {!now.on ? t("sandbox.off") : !now.watched ? t("sandbox.rests") : count("sandbox.here", now.here)}
      </p>
      <ol class="happened">
        {now.happened.slice(0, SHOWN).map((one) => (
          <li key={`${one.at} ${one.who} ${one.what}`}>
            <span>{t(HAPPENED[one.what], { who: one.who || t("sandbox.nobody") })}</span>
            <time class="faint">{ago(one.at)}</time>
          </li>
        ))}
      </ol>
    </Section>
  );
}

function Away({ here, setHere }: { here: boolean; setHere: (here: boolean) => void }) {
  return (
    <Section title={t("sandbox.away")}>
      <button type="button" onClick={() => setHere(!here)}>
        {t(here ? "sandbox.leave" : "sandbox.come_back")}
      </button>
    </Section>
  );
}

function Cut() {
  return (
    <details>
      <summary>{t("sandbox.cut")}</summary>
      <ol>
        <li>{t("sandbox.cut_1")}</li>
        <li>{t("sandbox.cut_2")}</li>
        <li>{t("sandbox.cut_3")}</li>
      </ol>
    </details>
  );
}

function Again() {
  const [asked, setAsked] = useState<"no" | "asked" | "busy">("no");
  const begin = () => {
    setAsked("busy");
    beginAnew().catch(() => setAsked("no"));
  };
  return (
    <Section title={t("sandbox.again")}>
      <p class="faint">{t("sandbox.again_more")}</p>
      {asked === "no" && (
        <button type="button" onClick={() => setAsked("asked")}>
          {t("sandbox.again")}
        </button>
      )}
      {asked === "asked" && (
        <div class="row" role="group" aria-label={t("sandbox.again_sure")}>
          <span>{t("sandbox.again_sure")}</span>
          <button type="button" class="danger" onClick={begin}>
            {t("sandbox.again_yes")}
          </button>
          <button type="button" onClick={() => setAsked("no")}>
            {t("sandbox.again_no")}
          </button>
        </div>
      )}
      <p class="told" role="status">
        {asked === "busy" && t("sandbox.again_busy")}
      </p>
    </Section>
  );
}

export function Page() {
  const [playing, setPlaying] = useState<Playing>({ persona: known.personas[0], signed: true });
  const [here, setHere] = useState(true);
  const [now, setNow, failed] = useNow();
  const address = `${known.shop}?persona=${playing.persona.key}${playing.signed ? "&signed" : ""}`;
  return (
    <div class="page">
      <header>
        <h1>{t("sandbox.title")}</h1>
        <p>{t("sandbox.lead")}</p>
        <p class="failed" role="alert">
          {failed && t("sandbox.failed")}
        </p>
      </header>
      <main>
        <Inbox path={known.path} people={known.people} />
        <Section title={t("sandbox.phones")}>
          <p class="faint">{t("sandbox.phones_more")}</p>
          <a href={`${known.path}/phones`}>{t("sandbox.phones_open")}</a>
        </Section>
        <Section title={t("sandbox.mail")}>
          <p class="faint">{t("sandbox.mail_more")}</p>
          <a href={`${known.path}/mail`}>{t("sandbox.mail_open")}</a>
        </Section>
        <Section title={t("sandbox.slack")}>
          <p class="faint">{t("sandbox.slack_more")}</p>
          <a href={`${known.path}/slack`}>{t("sandbox.slack_open")}</a>
        </Section>
        <Who playing={playing} change={setPlaying} />
        <Words persona={playing.persona} key={playing.persona.key} />
        <Away here={here} setHere={setHere} />
        <Cut />
        <Crowd now={now} told={setNow} />
        <Again />
      </main>
      <section class="stage" aria-label={t("sandbox.frame")}>
        {here ? (
          <iframe key={address} src={address} title={t("sandbox.frame")} allow="clipboard-write" />
        ) : (
          <p class="left">
            {t("sandbox.left")}
            <button type="button" class="primary" onClick={() => setHere(true)}>
              {t("sandbox.come_back")}
            </button>
          </p>
        )}
      </section>
    </div>
  );
}

// A mail as it was sent: all its words, or its own page in a frame in which nothing runs.

import { Fragment } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { keptIn } from "../../../shared/clientstore";
import type { SourceAnswer } from "../../../wire";
import { get, problemOf } from "../../api";
import { Icon } from "../../ui/icons";
import { Failed, Skeleton } from "../../ui/states";
import { count, problemText, t, type WordKey } from "../../words";
import { MessageText } from "../conversation/text";
import { doubtsOf, isWarning } from "./told";

/** No scripts, ever. Of our origin, so that the page around it knows how high it is; its links open beside us. */
const SANDBOX = "allow-same-origin allow-popups allow-popups-to-escape-sandbox";
const FIRST = 160; // px before it is known how high it is
const MOST = 20_000; // px: a page that is higher scrolls in itself

type Read = { phase: "asked" } | { phase: "failed"; text: string } | { phase: "ready"; source: SourceAnswer };

function useSource(message: string): [Read, () => void] {
  const [read, setRead] = useState<Read>({ phase: "asked" });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let current = true;
    setRead({ phase: "asked" });
    get<SourceAnswer>(`/messages/${message}/source`).then(
      (source) => current && setRead({ phase: "ready", source }),
      (error: unknown) => current && setRead({ phase: "failed", text: problemText(problemOf(error)) }),
    );
    return () => {
      current = false;
    };
  }, [message, round]);
  return [read, () => setRound(round + 1)];
}

/** As high as what stands in it, also when its pictures come. */
function useHeight(frame: { current: HTMLIFrameElement | null }): [number, () => void] {
  const [height, setHeight] = useState(FIRST);
  const watcher = useRef<ResizeObserver | null>(null);
  useEffect(() => () => watcher.current?.disconnect(), []);
  const loaded = () => {
    const page = frame.current?.contentDocument;
    if (!page?.body) return;
    const measure = () => {
      const { scrollWidth, clientWidth } = page.documentElement;
      // What is wider than the frame scrolls in it: the bar has its room.
      const bar = scrollWidth > clientWidth ? 18 : 0;
      setHeight(Math.min(MOST, Math.ceil(page.body.getBoundingClientRect().height) + bar));
    };
    watcher.current?.disconnect();
    watcher.current = new ResizeObserver(measure);
    watcher.current.observe(page.body);
    measure();
  };
  return [height, loaded];
}

/** Whose pictures this agent wants to see at once, as long as nobody says otherwise: kept by this browser. */
const always = keptIn(() => localStorage, "parley.pictures.");

function Page({ message, sender, source }: { message: string; sender: string; source: SourceAnswer }) {
  const frame = useRef<HTMLIFrameElement>(null);
  // A word once given for a sender is not given for whoever only says that name.
  const certain = !doubtsOf(source).some(isWarning);
  const [kept, setKept] = useState(certain && always.read<boolean>(sender) === true);
  const [remote, setRemote] = useState(kept);
  const remember = (yes: boolean) => {
    if (yes) always.write(sender, true);
    else always.drop(sender);
    setKept(yes);
  };
  const [height, loaded] = useHeight(frame);
  return (
    <>
      {(source.remote > 0 || source.tracking > 0) && (
        <p class="mail-note">
          <Icon name="shield" size={14} />
          <span>
            {source.tracking > 0 && `${count("mail.tracking", source.tracking)} `}
            {source.remote > 0 && !remote && count("mail.remote", source.remote)}
            {remote && t("mail.remote_shown")}
          </span>
          {source.remote > 0 && (
            <span class="mail-acts">
              {!remote && (
                <button type="button" class="button small" data-act="mail-remote" onClick={() => setRemote(true)}>
                  {t("mail.remote_show")}
                </button>
              )}
              {remote && certain && (
                <button type="button" class="button quiet small" data-act="mail-remote-always" onClick={() => remember(!kept)}>
                  {t(kept ? "letter.pictures_ask" : "letter.pictures_always")}
                </button>
              )}
            </span>
          )}
        </p>
      )}
      <iframe
        key={String(remote)}
        ref={frame}
        class="mail-page"
        title={t("mail.page_label", { subject: source.subject || t("subject.none") })}
        sandbox={SANDBOX}
        referrerpolicy="no-referrer"
        src={`/api/v1/messages/${message}/page${remote ? "?remote=true" : ""}`}
        style={{ height: `${height}px` }}
        onLoad={loaded}
      />
    </>
  );
}

const NAMED: Readonly<Record<string, WordKey>> = {
  from: "mail.from",
  to: "mail.to",
  cc: "mail.cc",
  date: "mail.date",
  subject: "subject",
};

/** As its sender wrote it: nothing of it is proven. */
function Headers({ source }: { source: SourceAnswer }) {
  return (
    <>
      <dl class="mail-headers">
        {source.headers.map(([name = "", value], at) => (
          <Fragment key={at}>
            <dt>{NAMED[name] ? t(NAMED[name]) : name}</dt>
            <dd dir="auto">{value}</dd>
          </Fragment>
        ))}
      </dl>
      {source.original && (
        <a class="mail-link mail-original" href={source.original} download>
          <Icon name="download" size={13} />
          {t("letter.original")}
        </a>
      )}
    </>
  );
}

export interface ShownProps {
  message: string;
  /** Whose mail it is. */
  sender: string;
  showing: "head" | "text" | "page";
}

export function Shown({ message, sender, showing }: ShownProps) {
  const [read, again] = useSource(message);
  if (read.phase === "asked") return <Skeleton kind="line" rows={4} />;
  if (read.phase === "failed") return <Failed text={read.text} retry={again} />;
  const { source } = read;
  if (showing === "head") return <Headers source={source} />;
  if (showing === "page") return <Page message={message} sender={sender} source={source} />;
  return <MessageText text={source.text} />;
}

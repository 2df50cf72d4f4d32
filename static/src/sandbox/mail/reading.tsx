import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { fileSize } from "../../shared/files";
import { exact, shortMoment } from "../../shared/time";
import { type Attached, type Box, fileOf, type Kind, type Letter, open, type Opened, type Person, pageOf, sourceOf } from "./door";
import { Back, Bin, Forward, Reply, ReplyAll, Sheet } from "./icons";
import type { Thread } from "./threads";
import { language, t } from "./words";

interface Read {
  box: Box;
  thread: Thread;
  at: number;
  begin: (kind: Kind, of: string) => void;
  back: () => void;
  drop: () => void;
}

/** One thread, the oldest letter on top; all but the newest are folded. */
export function Reading({ box, thread, at, begin, back, drop }: Read) {
  const last = thread.letters[thread.letters.length - 1];
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const heading = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => heading.current?.focus(), []);
  const turn = (id: string) => {
    const next = new Set(unfolded);
    if (!next.delete(id)) next.add(id);
    setUnfolded(next);
  };
  return (
    <article class="reading">
      <div class="reading-head">
        <button type="button" class="plain back" aria-label={t("letters.back")} title={t("letters.back")} onClick={back}>
          <Back />
        </button>
        <h2 tabIndex={-1} ref={heading}>
          {thread.letters[0]?.subject || t("letters.no_subject")}
        </h2>
        <button type="button" class="plain" aria-label={t("letters.drop")} title={t("letters.drop")} onClick={drop}>
          <Bin />
        </button>
      </div>
      {thread.letters.map((letter) =>
        letter === last || unfolded.has(letter.id) ? (
          <Whole key={letter.id} box={box} letter={letter} begin={begin} fold={letter === last ? null : () => turn(letter.id)} />
        ) : (
          <button type="button" key={letter.id} class="folded" aria-expanded={false} onClick={() => turn(letter.id)}>
            <b>{letter.from.name || letter.from.address}</b>
            <span class="preview">{letter.preview}</span>
            <time>{shortMoment(letter.at, at, language)}</time>
          </button>
        ),
      )}
    </article>
  );
}

/** Letters that were opened once: their words do not change. */
const opened = new Map<string, Opened>();
const KEPT = 100;

function useOpened(id: string): [Opened | null, boolean] {
  const [letter, setLetter] = useState<Opened | null>(opened.get(id) ?? null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (letter) return;
    let ended = false;
    open(id).then(
      (told) => {
        if (opened.size >= KEPT) opened.clear();
        opened.set(id, told);
        if (!ended) setLetter(told);
      },
      () => {
        if (!ended) setFailed(true);
      },
    );
    return () => {
      ended = true;
    };
  }, [id]);
  return [letter, failed];
}

interface Opening {
  box: Box;
  letter: Letter;
  begin: (kind: Kind, of: string) => void;
  /** Null: it is the newest, which stays open. */
  fold: (() => void) | null;
}

function Whole({ box, letter, begin, fold }: Opening) {
  const [whole, failed] = useOpened(letter.id);
  const others = whole ? [...whole.to, ...whole.cc].filter((one) => one.address !== box.address).length : 0;
  return (
    <section class="letter" aria-label={t("letters.letter_of", { name: letter.from.name || letter.from.address })}>
      <div class="letter-head">
        <span class={letter.folder === "sent" ? "face hers" : "face"} aria-hidden="true">
          {[...(letter.from.name || letter.from.address)][0]}
        </span>
        <div class="people">
          <p class="from">
            <b>{letter.from.name || letter.from.address}</b>
            {letter.from.name && <span class="faint"> {letter.from.address}</span>}
          </p>
          {whole && <People label={t("letters.to")} people={whole.to} />}
          {whole && whole.cc.length > 0 && <People label={t("letters.cc")} people={whole.cc} />}
          <p class="faint">
            <time dateTime={new Date(letter.at).toISOString()}>{exact(letter.at, language)}</time>
            {letter.automatic && <span class="mark">{t("letters.automatic")}</span>}
          </p>
        </div>
        {fold && (
          <button type="button" class="small" aria-expanded onClick={fold}>
            {t("letters.fold")}
          </button>
        )}
      </div>
      <State letter={letter} />
      {failed && (
        <p class="problem" role="alert">
          {t("letters.gone")}
        </p>
      )}
      {whole && <Body whole={whole} />}
      {whole && whole.attached.length > 0 && <Files letter={letter.id} files={whole.attached} />}
      <div class="answers">
        <button type="button" onClick={() => begin("reply", letter.id)}>
          <Reply />
          {t("letters.reply")}
        </button>
        {others > (letter.folder === "sent" ? 1 : 0) && (
          <button type="button" onClick={() => begin("all", letter.id)}>
            <ReplyAll />
            {t("letters.reply_all")}
          </button>
        )}
        <button type="button" onClick={() => begin("forward", letter.id)}>
          <Forward />
          {t("letters.forward")}
        </button>
        <a class="source" href={sourceOf(letter.id)} target="_blank" rel="noopener">
          {t("letters.source")}
        </a>
      </div>
    </section>
  );
}

function People({ label, people }: { label: string; people: readonly Person[] }) {
  return (
    <p class="faint">
      {label}: {people.map((one) => (one.name ? `${one.name} <${one.address}>` : one.address)).join(", ")}
    </p>
  );
}

function State({ letter }: { letter: Letter }) {
  if (letter.state === "") return null;
  return (
    <p class={letter.state === "refused" ? "state bad" : "state"} role="status">
      {t(`letters.state.${letter.state}`)}
      {letter.words && <span class="words">{letter.words}</span>}
    </p>
  );
}

/** Its page in a frame that runs nothing, as high as it is; or its words. */
function Body({ whole }: { whole: Opened }) {
  const frame = useRef<HTMLIFrameElement>(null);
  const [height, setHeight] = useState(120);
  const [watching, setWatching] = useState<ResizeObserver | null>(null);
  useEffect(() => () => watching?.disconnect(), [watching]);
  if (!whole.page) return <p class="plain-words">{whole.text}</p>;
  const fit = () => {
    const body = frame.current?.contentDocument?.documentElement;
    if (!body) return;
    const measure = () => setHeight(Math.ceil(body.getBoundingClientRect().height) + 4);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(body);
    setWatching(observer);
  };
  return (
    <iframe
      ref={frame}
      class="letter-page"
      title={t("letters.words_of", { name: whole.from.name || whole.from.address })}
      src={pageOf(whole.id)}
      sandbox="allow-same-origin allow-popups allow-popups-to-escape-sandbox"
      style={{ height: `${height}px` }}
      onLoad={fit}
    />
  );
}

function Files({ letter, files }: { letter: string; files: readonly Attached[] }) {
  return (
    <ul class="files" aria-label={t("letters.files")}>
      {files.map((file) => (
        <li key={file.place}>
          <a href={fileOf(letter, file.place)} target="_blank" rel="noopener">
            {/^image\/(png|jpeg|gif|webp)$/.test(file.type) ? (
              <img src={fileOf(letter, file.place)} alt="" width={96} height={72} />
            ) : (
              <Sheet />
            )}
            <span>
              {file.name}
              <span class="faint"> {fileSize(file.size, language)}</span>
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}

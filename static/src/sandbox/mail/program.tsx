import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { useClock } from "../clock";
import { Badge } from "./badge";
import { Composer } from "./composer";
import { type Composing, continued, drop as dropDraft, keepDraft, started } from "./composing";
import { type Box, drop, type Folder, type Kind, type Letter, read } from "./door";
import { Pen, Sent, Tray } from "./icons";
import { List } from "./list";
import { Reading } from "./reading";
import { threadsOf } from "./threads";
import { t } from "./words";

const NARROW = "(max-width: 760px)"; // as in program.css
const FOLDERS: readonly Folder[] = ["inbox", "sent"];

/** A mail program with one mailbox: folders, the list of one, and what is read or written. On a phone one at a time. */
export function Program({ box, letters }: { box: Box; letters: readonly Letter[] }) {
  const at = useClock();
  const [folder, setFolder] = useState<Folder>("inbox");
  const [chosen, setChosen] = useState("");
  const [draft, setDraft] = useState<Composing | null>(() => continued(box.address));
  const [writing, setWriting] = useState(false);
  const [failed, setFailed] = useState(false);
  const program = useRef<HTMLElement>(null);
  const opener = useRef<HTMLElement | null>(null);
  const left = useRef(false);
  const threads = threadsOf(letters, folder);
  const thread = threadsOf(letters, "inbox")
    .concat(threadsOf(letters, "sent"))
    .find((one) => one.id === chosen);
  const unread = thread?.letters.filter((letter) => letter.unread).map((letter) => letter.id) ?? [];
  const doing = (act: Promise<void>) =>
    void act.then(
      () => setFailed(false),
      () => setFailed(true),
    );
  useEffect(() => {
    if (unread.length > 0 && !writing && document.visibilityState === "visible") doing(read(box.address, unread));
  }, [unread.join(), writing]);

  const write = (next: Composing | null) => {
    keepDraft(box.address, next);
    setDraft(next);
  };
  const begin = (kind: Kind, of: string) => {
    setFailed(false);
    started(box.address, kind, of).then(
      (made) => {
        opener.current = document.activeElement as HTMLElement | null;
        write(made);
        setWriting(true);
      },
      () => setFailed(true),
    );
  };
  const leave = () => {
    dropDraft(box.address);
    setDraft(null);
    setWriting(false);
    left.current = true;
  };
  useLayoutEffect(() => {
    // Back to what opened it, unless that is gone.
    if (left.current && !writing && opener.current?.isConnected) opener.current.focus();
    left.current = false;
  }, [writing]);
  const pane = writing && draft ? "writing" : thread ? "reading" : "list";
  useEffect(() => {
    // Where the page is one column, what is read or written is the whole screen, as it is on a phone.
    if (pane !== "list" && matchMedia(NARROW).matches) program.current?.scrollIntoView();
  }, [pane]);
  return (
    <section class={`program at-${pane}`} ref={program} aria-label={t("letters.program", { name: box.name })}>
      <div class="bar">
        <span class="dots" aria-hidden="true">
          <i />
          <i />
          <i />
        </span>
        <b class="bar-name">{t("letters.name")}</b>
        <span class="bar-address">{box.address}</span>
        <button type="button" class="go" onClick={() => begin("new", "")}>
          <Pen />
          {t("letters.new")}
        </button>
      </div>
      <div class="folders" role="group" aria-label={t("letters.folders")}>
        {FOLDERS.map((each) => (
          <button
            type="button"
            key={each}
            class="folder"
            aria-pressed={folder === each}
            onClick={() => {
              setFolder(each);
              setChosen("");
              setWriting(false);
            }}
          >
            {each === "inbox" ? <Tray /> : <Sent />}
            {t(`letters.folder.${each}`)}
            {each === "inbox" && <Badge unread={box.unread} />}
          </button>
        ))}
        {draft && !writing && (
          <button type="button" class="folder begun" onClick={() => setWriting(true)}>
            <Pen />
            {t("letters.continue")}
          </button>
        )}
        <p class="room">
          {t("letters.room", { n: box.room })}
        </p>
      </div>
      <List
        threads={threads}
        folder={folder}
        at={at}
        chosen={pane === "reading" ? chosen : ""}
        open={(id) => {
          setChosen(id);
          setWriting(false);
        }}
      />
      <div class="pane">
        <p class="problem" role="alert">
          {failed && t("letters.not_done")}
        </p>
        {pane === "writing" && draft && (
          <Composer key={draft.key} box={box} draft={draft} write={write} leave={leave} back={() => setWriting(false)} />
        )}
        {pane === "reading" && thread && (
          <Reading
            key={thread.id}
            box={box}
            thread={thread}
            at={at}
            begin={begin}
            back={() => setChosen("")}
            drop={() => {
              doing(drop(box.address, thread.id));
              setChosen("");
            }}
          />
        )}
        {pane === "list" && <p class="nothing">{t(letters.length > 0 ? "letters.choose" : "letters.nothing")}</p>}
      </div>
    </section>
  );
}

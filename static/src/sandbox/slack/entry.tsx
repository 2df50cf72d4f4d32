import { useState } from "preact/hooks";
import { fileSize } from "../../shared/files";
import { isComposing } from "../../shared/keys";
import { clock, exact } from "../../shared/time";
import { ago } from "../ago";
import { Blocks } from "./blocks";
import { edit, type Entry, known, messageShortcut, type Place, press, type Pressed, react, remove } from "./door";
import { emoji } from "./mrkdwn";
import { Marked } from "./text";
import { count, language, t } from "./words";

interface Shown {
  entry: Entry;
  place: Place;
  /** Opens the thread; left out where it is open already. */
  answer?: () => void;
}

/** One message, with what may be done to it. */
export function Message({ entry, place, answer }: Shown) {
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const [editing, setEditing] = useState(false);
  const does = (doing: Promise<unknown>) =>
    void doing.then(
      () => setProblem(""),
      () => setProblem(t("town.not_done")),
    );
  const pressing = (pressed: Pressed) => {
    setBusy(true);
    press(place, entry.id, pressed)
      .then(
        (heard) => setProblem(heard ? "" : t("town.unheard")),
        () => setProblem(t("town.not_done")),
      )
      .finally(() => setBusy(false));
  };
  if (entry.system)
    return (
      <li class="entry system">
        <Marked text={entry.text} />
      </li>
    );
  return (
    <li class={`entry ${entry.whisper ? "whisper" : ""}`}>
      <Face entry={entry} />
      <div class="entry-body">
        <p class="entry-head">
          <b>{entry.who}</b>
          {entry.app && <span class="tag">{t("town.app")}</span>}
          {entry.guest && <span class="tag">{t("town.guest")}</span>}
          {entry.stranger && <span class="tag">{t("town.stranger")}</span>}
          <time class="faint" title={exact(entry.at, language)}>
            {clock(entry.at, language)}
          </time>
        </p>
        {entry.whisper && <p class="faint">{t("town.whisper")}</p>}
        {entry.gone ? (
          <p class="faint">{t("town.gone")}</p>
        ) : editing ? (
          <Editor entry={entry} place={place} leave={() => setEditing(false)} />
        ) : (
          <Words entry={entry} hands={{ press: pressing, busy }} />
        )}
        {entry.files?.map((file) => (
          <Attached key={file.url} file={file} />
        ))}
        <p class="problem" role="alert">
          {problem}
        </p>
        {!entry.whisper && !entry.gone && (
          <div class="under">
            {known.reactions.map((name) => {
              const had = entry.reactions?.find((one) => one.name === name);
              return (
                <button
                  type="button"
                  key={name}
                  class="reaction"
                  aria-pressed={had?.mine ?? false}
                  aria-label={t("town.react", { name: name.replaceAll("_", " ") })}
                  onClick={() => does(react(place, entry.id, name))}
                >
                  {emoji(name)}
                  {had && <span class="times">{had.count}</span>}
                </button>
              );
            })}
            {entry.reactions
              ?.filter((one) => !known.reactions.includes(one.name))
              .map((one) => (
                <span class="reaction" key={one.name}>
                  {emoji(one.name)}
                  <span class="times">{one.count}</span>
                </span>
              ))}
            {entry.mine && (
              <>
                <button type="button" class="quiet" onClick={() => setEditing(true)}>
                  {t("town.edit")}
                </button>
                <button type="button" class="quiet" onClick={() => does(remove(place, entry.id))}>
                  {t("town.delete")}
                </button>
              </>
            )}
            <button
              type="button"
              class="quiet"
              title={known.shortcuts.message.name}
              aria-label={known.shortcuts.message.name}
              onClick={() =>
                void messageShortcut(place, entry.id, known.shortcuts.message.callback).then(
                  (heard) => setProblem(heard ? "" : t("town.unheard")),
                  () => setProblem(t("town.not_done")),
                )
              }
            >
              ⚡
            </button>
            {answer && !entry.answers && (
              <button type="button" class="quiet" onClick={answer}>
                {t("town.answer")}
              </button>
            )}
          </div>
        )}
        {answer && !!entry.answers && (
          <button type="button" class="thread-link" onClick={answer}>
            {count("town.answers", entry.answers)}
            {entry.answered ? <span class="faint"> {ago(entry.answered)}</span> : null}
          </button>
        )}
      </div>
    </li>
  );
}

function Face({ entry }: { entry: Entry }) {
  return entry.picture ? (
    <img class="face" src={entry.picture} alt="" loading="lazy" />
  ) : (
    <span class={`face ${entry.app ? "app" : ""}`} aria-hidden="true">
      {[...entry.who][0]}
    </span>
  );
}

function Words({ entry, hands }: { entry: Entry; hands: { press: (pressed: Pressed) => void; busy: boolean } }) {
  return (
    <>
      {entry.blocks.length > 0 ? (
        <Blocks blocks={entry.blocks} hands={hands} />
      ) : (
        entry.text && (
          <div class="entry-text">
            <Marked text={entry.text} />
          </div>
        )
      )}
      {entry.edited && <span class="faint"> {t("town.edited")}</span>}
    </>
  );
}

function Editor({ entry, place, leave }: { entry: Entry; place: Place; leave: () => void }) {
  const [text, setText] = useState(entry.text);
  const [failed, setFailed] = useState(false);
  const save = () => {
    if (text.trim()) edit(place, entry.id, text.trim()).then(leave, () => setFailed(true));
  };
  return (
    <div class="editor">
      <textarea
        aria-label={t("town.edit")}
        rows={2}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (isComposing(event)) return;
          if (event.key === "Escape") leave();
          if (event.key === "Enter" && !event.shiftKey) {
            event.preventDefault();
            save();
          }
        }}
      />
      <div class="row">
        <button type="button" class="primary" onClick={save}>
          {t("town.save")}
        </button>
        <button type="button" onClick={leave}>
          {t("town.cancel")}
        </button>
      </div>
      <p class="problem" role="alert">
        {failed && t("town.not_done")}
      </p>
    </div>
  );
}

function Attached({ file }: { file: { name: string; type: string; size: number; url: string } }) {
  return (
    <a class="attached" href={file.url} target="_blank" rel="noopener noreferrer">
      {file.type.startsWith("image/") ? (
        <img src={file.url} alt={file.name} loading="lazy" />
      ) : (
        <>
          <b>{file.name}</b> <span class="faint">{fileSize(file.size, language)}</span>
        </>
      )}
    </a>
  );
}

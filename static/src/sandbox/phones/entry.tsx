import { linked } from "../../shared/links";
import { clock, exact } from "../../shared/time";
import { words } from "./device";
import type { Choice, Entry } from "./door";
import { Camera, Pin, Sheet, Ticks } from "./icons";
import { language, t } from "./words";

interface Shown {
  entry: Entry;
  quoted: Entry | undefined;
  /** Does it say what has become of it? */
  tells: boolean;
  whatsapp: boolean;
  choose: (message: string, choice: string) => void;
}

export function Bubble({ entry, quoted, tells, whatsapp, choose }: Shown) {
  const choices = entry.choices ?? [];
  const buttons = choices.filter((choice) => choice.kind !== "row");
  const rows = choices.filter((choice) => choice.kind === "row");
  return (
    <div class={entry.mine ? "entry mine" : "entry theirs"} data-entry={entry.id}>
      <div class="bubble">
        {quoted && <p class="quoted">{t("phones.answer_to", { words: words(quoted) })}</p>}
        {entry.files.map((file) => (
          <Attached key={file.url} file={file} />
        ))}
        {entry.place && (
          <p class="place">
            <Pin />
            <span>
              <b>{entry.place.label}</b>
              {entry.place.address}
            </span>
          </p>
        )}
        {entry.text && (
          <p class="words" dir="auto">
            <Linked text={entry.text} />
          </p>
        )}
        {whatsapp && <Foot entry={entry} />}
      </div>
      {!whatsapp && tells && entry.tick && <p class="told">{t(`phones.tick.${entry.tick}`)}</p>}
      {rows.length > 0 && (
        <details class="rows">
          <summary>{entry.opener}</summary>
          {rows.map((row) => (
            <Press key={row.id} choice={row} choose={() => choose(entry.id, row.id)} />
          ))}
        </details>
      )}
      {buttons.map((button) => (
        <Press key={button.id} choice={button} choose={() => choose(entry.id, button.id)} />
      ))}
    </div>
  );
}

/** Words with the addresses in them as links, as phones show them. */
function Linked({ text }: { text: string }) {
  return (
    <>
      {linked(text).map(({ text, href }) =>
        href ? (
          <a href={href} target="_blank" rel="noopener noreferrer">
            {text}
          </a>
        ) : (
          text
        ),
      )}
    </>
  );
}

function Foot({ entry }: { entry: Entry }) {
  return (
    <p class="foot">
      {entry.at > 0 && <time title={exact(entry.at, language)}>{clock(entry.at, language)}</time>}
      {entry.tick && <Ticks tick={entry.tick} said={t(`phones.tick.${entry.tick}`)} />}
    </p>
  );
}

function Press({ choice, choose }: { choice: Choice; choose: () => void }) {
  if (choice.kind === "link") {
    return (
      <a class="press" href={choice.id} target="_blank" rel="noopener noreferrer">
        {choice.title}
      </a>
    );
  }
  return (
    <button type="button" class="press" onClick={choose}>
      {choice.title}
      {choice.about && <span>{choice.about}</span>}
    </button>
  );
}

function Attached({ file }: { file: Entry["files"][number] }) {
  const isPicture = file.type.startsWith("image/");
  const said = t(isPicture ? "phones.photo" : "phones.file");
  if (!file.url) {
    return (
      <p class="file">
        {isPicture ? <Camera /> : <Sheet />}
        {said}
      </p>
    );
  }
  return (
    <a class={isPicture ? "photo" : "file"} href={file.url} target="_blank" rel="noopener">
      {isPicture ? <img src={file.url} alt={said} width={232} height={174} /> : <Sheet />}
      {!isPicture && `${said} (${file.type})`}
    </a>
  );
}

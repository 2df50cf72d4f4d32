import { useEffect, useId, useRef, useState } from "preact/hooks";
import { fileSize } from "../../shared/files";
import { isComposing } from "../../shared/keys";
import { type Chat, known, type Phone, picture, point, say, send } from "./door";
import { Arrow, Camera, More, Pin } from "./icons";
import { language, t } from "./words";

/** What was begun in a chat and not sent, for as long as the page stands. */
const begun = new Map<string, string>();

/** Words that a link brings along stand ready on whichever phone is taken into the hand. */
export function bring(line: string, words: string): void {
  for (const { number } of known.state.phones) begun.set(`${number} ${line}`, words);
}
const KEYWORDS = ["STOP", "START", "HELP"];
const ACCEPTED = "image/png,image/jpeg,image/gif,image/webp,audio/*,video/*,application/pdf";

export function Composer({ phone, chat }: { phone: Phone; chat: Chat }) {
  const hand = { phone: phone.number, line: chat.line };
  const key = `${hand.phone} ${hand.line}`;
  const [text, setText] = useState(begun.get(key) ?? "");
  const [more, setMore] = useState(false);
  const [problem, setProblem] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const panel = useId();
  begun.set(key, text);
  useEffect(() => {
    // On a phone the keyboard would come over what one wants to read first.
    if (matchMedia("(hover: hover)").matches) field.current?.focus();
  }, []);

  /** Empties the field at once, and puts the words back when they were not taken. */
  const sends = (sending: Promise<void>, words: string) => {
    setText("");
    setProblem("");
    sending.catch(() => {
      setText((since) => since || words);
      setProblem(t("phones.not_sent"));
    });
  };
  const submit = () => {
    const words = text.trim();
    for (const [other, same] of begun) if (same === text) begun.delete(other);
    if (words) sends(say(hand, words), words);
    field.current?.focus();
  };
  const sendFile = (file: Blob) => {
    setMore(false);
    if (file.size > known.largest) setProblem(t("phones.too_large", { size: fileSize(known.largest, language) }));
    else sends(send(hand, file, text.trim()), text);
  };
  const sendPicture = (name: string) => {
    const drawn = fetch(picture(name)).then((answer) => answer.blob());
    drawn.then(sendFile, () => setProblem(t("phones.not_sent")));
  };
  const fill = (words: string) => {
    setText(words);
    setMore(false);
    field.current?.focus();
  };
  return (
    <div
      class="composer"
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !more || event.isComposing) return;
        event.stopPropagation();
        setMore(false);
        field.current?.focus();
      }}
    >
      <p class="problem" role="alert">
        {problem}
      </p>
      {more && (
        <Panel
          id={panel}
          phone={phone}
          chat={chat}
          fill={fill}
          sendFile={sendFile}
          sendPicture={sendPicture}
          sendPlace={() => {
            setMore(false);
            sends(point(hand), text);
            setText(text);
          }}
        />
      )}
      <form
        class="writing"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <button
          type="button"
          class="plain more"
          aria-expanded={more}
          aria-controls={more ? panel : undefined}
          aria-label={t("phones.more")}
          title={t("phones.more")}
          onClick={() => setMore(!more)}
        >
          <More />
        </button>
        <textarea
          ref={field}
          dir="auto"
          rows={Math.min(4, text.split("\n").length)}
          maxLength={1600}
          value={text}
          placeholder={t(chat.whatsapp ? "phones.write_whatsapp" : "phones.write_sms")}
          aria-label={t(chat.whatsapp ? "phones.write_whatsapp" : "phones.write_sms")}
          onInput={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
            event.preventDefault();
            submit();
          }}
        />
        <button type="submit" class="go" aria-label={t("phones.send")} title={t("phones.send")} disabled={!text.trim()}>
          <Arrow />
        </button>
      </form>
    </div>
  );
}

interface Offered {
  id: string;
  phone: Phone;
  chat: Chat;
  fill: (words: string) => void;
  sendFile: (file: Blob) => void;
  sendPicture: (name: string) => void;
  sendPlace: () => void;
}

function Panel({ id, phone, chat, fill, sendFile, sendPicture, sendPlace }: Offered) {
  const says = known.says[phone.number];
  return (
    <div class="panel" id={id}>
      <div class="tiles">
        {known.pictures.map((name) => (
          <button type="button" key={name} onClick={() => sendPicture(name)}>
            <img src={picture(name)} alt="" width={56} height={42} />
            {t(name === "parcel" ? "phones.picture.parcel" : "phones.picture.machine")}
          </button>
        ))}
        <label class="own">
          <input
            type="file"
            accept={ACCEPTED}
            onChange={(event) => {
              const file = event.currentTarget.files?.[0];
              if (file) sendFile(file);
            }}
          />
          <Camera />
          {t("phones.choose_file")}
        </label>
        {chat.whatsapp && (
          <button type="button" onClick={sendPlace}>
            <Pin />
            {t("phones.send_place")}
          </button>
        )}
      </div>
      {says && (
        <>
          <h3>{t("phones.what_to_write")}</h3>
          <ul class="lines" lang={says.language}>
            {says.lines.map((line) => (
              <li key={line}>
                <button type="button" onClick={() => fill(line)}>
                  {line}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      <h3>{t("phones.keywords")}</h3>
      <div class="row">
        {KEYWORDS.map((word) => (
          <button type="button" key={word} onClick={() => fill(word)}>
            {word}
          </button>
        ))}
      </div>
    </div>
  );
}

import { useEffect, useId, useRef, useState } from "preact/hooks";
import { fileSize } from "../../shared/files";
import { isComposing } from "../../shared/keys";
import { command, known, type Place, say, send } from "./door";
import { language, t } from "./words";

/** What was begun and not sent, for as long as the page stands. */
const begun = new Map<string, string>();

/** Writes into a channel or a thread; what begins with the command goes to the app. */
export function Composer({ place, label }: { place: Place; label: string }) {
  const key = `${place.user} ${place.channel} ${place.thread}`;
  const [text, setText] = useState(begun.get(key) ?? "");
  const [problem, setProblem] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const file = useId();
  useEffect(() => setText(begun.get(key) ?? ""), [key]);
  const keep = (next: string) => {
    begun.set(key, next);
    setText(next);
  };
  /** Empties the field at once, and puts the words back when they were not taken. */
  const sends = (sending: Promise<unknown>, words: string) => {
    keep("");
    setProblem("");
    sending.then(
      (heard) => {
        if (heard === false) setProblem(t("town.unheard"));
      },
      () => {
        keep(begun.get(key) || words);
        setProblem(t("town.not_sent"));
      },
    );
  };
  const submit = () => {
    const words = text.trim();
    if (!words) return;
    const asks = words.split(/\s/, 1)[0] === known.command;
    // As in Slack, commands are not heard in threads.
    if (asks && place.thread) setProblem(t("town.no_commands"));
    else sends(asks ? command(place, words.slice(known.command.length).trim()) : say(place, words), words);
    field.current?.focus();
  };
  const attach = (chosen: File | undefined) => {
    if (!chosen) return;
    if (chosen.size > known.largest) setProblem(t("town.too_large", { size: fileSize(known.largest, language) }));
    else sends(send(place, chosen, text.trim()), text);
  };
  return (
    <div class="composer">
      <p class="problem" role="alert">
        {problem}
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <textarea
          ref={field}
          rows={1}
          aria-label={label}
          placeholder={label}
          value={text}
          onInput={(event) => keep(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
            event.preventDefault();
            submit();
          }}
        />
        <label class="attach" for={file}>
          {t("town.attach")}
          <input
            id={file}
            type="file"
            onChange={(event) => {
              attach(event.currentTarget.files?.[0]);
              event.currentTarget.value = "";
            }}
          />
        </label>
        <button type="submit" class="primary">
          {t("town.send")}
        </button>
      </form>
    </div>
  );
}

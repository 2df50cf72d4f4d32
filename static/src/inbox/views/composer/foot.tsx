import type { RefObject } from "preact";
import { useRef } from "preact/hooks";
import { numbers } from "../../../shared/formats";
import { Icon, type IconName } from "../../ui/icons";
import { count, language, t, type WordKey } from "../../words";
import { COMMAND } from "../shell/shortcuts";
import { attachWords } from "./dropping";
import { EmojiPicker } from "./emoji/picker";
import { FORMATS } from "./format-keys";
import { type Format, formatted } from "./formatting";
import { partsOf } from "./segments";
import { actsAlone, longestOf, type Writing } from "./sending";
import { insert, write } from "./writing";

const COUNTED_FROM = 0.8; // of the longest text

const FACES: Readonly<Record<Format, IconName>> = { b: "bold", i: "italic", code: "code", list: "list" };

function Formats({ area }: { area: RefObject<HTMLTextAreaElement | null> }) {
  const put = (format: Format) => {
    const element = area.current;
    if (!element) return;
    const { value: text, selectionStart: from, selectionEnd: to } = element;
    write(element, formatted({ text, from, to }, format));
  };
  return (
    <div class="composer-formats" role="group" aria-label={t("format.label")}>
      {FORMATS.map(({ format, keys }) => (
        <button
          key={format}
          type="button"
          class="button quiet square"
          aria-label={t(`format.${format}` as WordKey)}
          title={`${t(`format.${format}` as WordKey)} (${COMMAND}+${keys})`}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => put(format)}
        >
          <Icon name={FACES[format]} size={16} />
        </button>
      ))}
    </div>
  );
}

function figure(n: number): string {
  return numbers(language.value).format(n);
}

/** How much more fits, near the end of what is taken; the parts it costs, where it is cut into parts. */
function Counter({ writing }: { writing: Writing }) {
  const { mode, way, text } = writing;
  const segments = mode === "public" ? (way.account?.capabilities.segments ?? null) : null;
  const longest = longestOf(writing);
  const left = longest - [...text].length;
  if (left < longest * (1 - COUNTED_FROM))
    return (
      <span class={left < 0 ? "composer-left over" : "composer-left"} role="status">
        {t("composer.left", { n: figure(left) })}
      </span>
    );
  if (!segments || !text) return null;
  const { parts, left: fits, wide } = partsOf(text, segments);
  return (
    <span class="composer-left" title={wide ? t("parts.wide", { n: figure(segments.wide_alone) }) : undefined}>
      {count("parts", parts, { left: figure(fits) })}
    </span>
  );
}

interface FootProps {
  writing: Writing;
  area: RefObject<HTMLTextAreaElement | null>;
  /** May words be marked up here? */
  marks: boolean;
  closed: boolean;
  canSend: boolean;
  add: (files: readonly File[]) => void;
  begin: (sign: "/" | "@") => void;
  send: () => void;
}

export function Foot({ writing, area, marks, closed, canSend, add, begin, send }: FootProps) {
  const picker = useRef<HTMLInputElement>(null);
  const { mode, way, text, files, along } = writing;
  const alone = !text.trim() && files.length === 0 && actsAlone(along);
  const tool = (name: IconName, label: string, run: () => void, act?: string) => (
    <button
      type="button"
      class="button quiet square"
      aria-label={label}
      title={label}
      disabled={closed}
      data-act={act}
      onMouseDown={(event) => event.preventDefault()}
      onClick={run}
    >
      <Icon name={name} />
    </button>
  );
  return (
    <div class="composer-foot">
      <div class="composer-tools">
        <button
          type="button"
          class="button quiet square"
          aria-label={t("composer.attach")}
          title={`${t("composer.attach")}: ${attachWords(mode, way)}`}
          disabled={closed}
          onClick={() => picker.current?.click()}
        >
          <Icon name="clip" />
        </button>
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          tabIndex={-1}
          onChange={(event) => {
            add(Array.from(event.currentTarget.files ?? []));
            event.currentTarget.value = "";
          }}
        />
        <EmojiPicker disabled={closed} put={(sign) => area.current && insert(area.current, sign)} />
        {tool("macro", t("macro.button"), () => begin("/"), "macro")}
        {mode === "note" && tool("at", t("mention.button"), () => begin("@"), "mention")}
        {marks && !closed && <Formats area={area} />}
      </div>
      <span class="composer-hint faint">
        <span>{t("composer.keys")}</span>
      </span>
      <Counter writing={writing} />
      <button
        type="button"
        class={mode === "note" ? "button composer-send note-send" : "button composer-send primary"}
        disabled={!canSend}
        onClick={send}
      >
        <Icon name={alone ? "check" : mode === "note" ? "lock" : "send"} size={15} />
        <span class="composer-send-word">
          {t(alone ? "macro.run" : mode === "note" ? "composer.add_note" : "composer.send")}
        </span>
      </button>
    </div>
  );
}

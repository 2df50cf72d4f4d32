import type { RefObject } from "preact";
import { useRef, useState } from "preact/hooks";
import { numbers } from "../../../shared/formats";
import { Icon, type IconName } from "../../ui/icons";
import { Popover } from "../../ui/popover";
import { count, language, t, type WordKey } from "../../words";
import { COMMAND } from "../shell/shortcuts-open";
import { isOpen } from "../conversation/composing";
import { Times } from "../conversation/times";
import { attachWords } from "./dropping";
import { EmojiPicker } from "./emoji/picker";
import { FORMATS, LETTER_FORMATS } from "./format-keys";
import type { Format } from "./lines";
import { linkedWords } from "./linked";
import { partedInto } from "./parted";
import { partsOf } from "./segments";
import { actsAlone, isLetterTo, longestOf, type Writing } from "./sending";
import { askForTemplate } from "./templates/asked";
import { insert, putFormat } from "./writing";

const COUNTED_FROM = 0.8; // of the longest text

const FACES: Readonly<Record<Format, IconName>> = { b: "bold", i: "italic", code: "code", list: "list", quote: "quote", link: "link" };

/** Marks at the press of a button. */
export function Formats({ area, letter }: { area: RefObject<HTMLTextAreaElement | null>; letter: boolean }) {
  const put = (format: Format) => {
    if (area.current) putFormat(area.current, format);
  };
  return (
    <div class="composer-formats" role="group" aria-label={t("format.label")}>
      {[...FORMATS, ...(letter ? LETTER_FORMATS : [])].map(({ format, keys }) => (
        <button
          key={format}
          type="button"
          class={`button quiet square format-${format}`}
          aria-label={t(`format.${format}` as WordKey)}
          title={t(`format.${format}` as WordKey) + (keys && ` (${COMMAND}+${keys})`)}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => put(format)}
        >
          <Icon name={FACES[format]} size={16} />
        </button>
      ))}
    </div>
  );
}

interface AttachProps {
  /** What may be attached. */
  title?: string;
  disabled?: boolean;
  add: (files: readonly File[]) => void;
}

/** Chooses files. */
export function Attach({ title = t("composer.attach"), disabled = false, add }: AttachProps) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        class="button quiet square"
        aria-label={t("composer.attach")}
        title={title}
        disabled={disabled}
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
    </>
  );
}

interface PreviewingProps {
  on: boolean;
  disabled?: boolean;
  show: (on: boolean) => void;
}

/** Shows a letter as it will be read, and back. */
export function Previewing({ on, disabled = false, show }: PreviewingProps) {
  return (
    <button
      type="button"
      class="button quiet square"
      aria-label={t("mail.preview")}
      aria-pressed={on}
      title={t("mail.preview")}
      data-act="mail-preview"
      disabled={disabled}
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => show(!on)}
    >
      <Icon name="eye" />
    </button>
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
        {left < 0 ? t("composer.over", { n: figure(-left) }) : t("composer.left", { n: figure(left) })}
      </span>
    );
  if (!segments || !text) return null;
  const { parts, left: fits, wide } = partsOf(text, segments);
  return (
    <>
      <span
        class="composer-encoding"
        title={t(wide ? "parts.wide" : "parts.basic", { n: figure(wide ? segments.wide_alone : segments.alone) })}
      >
        {t(wide ? "parts.alphabet.wide" : "parts.alphabet.basic")}
      </span>
      <span class="composer-left">{count("parts", parts, { left: figure(fits) })}</span>
    </>
  );
}

/** A text longer than one message of this channel: what becomes of it, before it is sent. */
export function Parted({ writing: { mode, way, text } }: { writing: Writing }) {
  const most = mode === "public" && !way.closed ? (way.account?.capabilities.part_length ?? null) : null;
  const parts = most === null || text.trim().length <= most ? 1 : partedInto(text, most);
  if (most === null || parts < 2) return null;
  return (
    <p class="composer-parted" role="status">
      <Icon name="split" size={14} />
      {t("composer.parted", { n: figure(parts), most: figure(most) })}
    </p>
  );
}

/** Files too large to go along: what becomes of them, before they are sent. */
export function Linked({ writing }: { writing: Writing }) {
  const words = writing.mode === "public" ? linkedWords(writing.way.account, writing.files) : "";
  if (!words) return null;
  return (
    <p class="composer-parted" role="status">
      <Icon name="link" size={14} />
      {words}
    </p>
  );
}

/** When it is to go, in the place of now. */
function SendLater({ disabled, send }: { disabled: boolean; send: (at: number) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      setOpen={setOpen}
      label={t("later.send")}
      act="send-later"
      side="end"
      faceClass="button square composer-later"
      face={<Icon name="clock" size={16} />}
      disabled={disabled}
    >
      {open && (
        <Times
          word={t("later.do")}
          choose={(at) => {
            setOpen(false);
            send(at);
          }}
        />
      )}
    </Popover>
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
  send: (at?: number) => void;
  /** Shown as it will be read? Null: there is nothing to show. */
  previewing: boolean;
  preview: ((show: boolean) => void) | null;
}

export function Foot({ writing, area, marks, closed, canSend, add, begin, send, previewing, preview }: FootProps) {
  const { mode, way, text, files, along } = writing;
  const letter = isLetterTo(writing);
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
        <Attach title={`${t("composer.attach")}: ${attachWords(mode, way)}`} disabled={closed} add={add} />
        <EmojiPicker disabled={closed} put={(sign) => area.current && insert(area.current, sign)} />
        {tool("macro", t("macro.button"), () => begin("/"), "macro")}
        {mode === "public" && way.account?.capabilities.templates && (
          <button
            type="button"
            class="button quiet square"
            aria-label={t("template.choose")}
            title={t("template.choose")}
            data-act="templates"
            disabled={!isOpen(way)}
            onClick={() => askForTemplate(writing.view.id)}
          >
            <Icon name="template" />
          </button>
        )}
        {mode === "note" && tool("at", t("mention.button"), () => begin("@"), "mention")}
        {marks && !closed && <Formats area={area} letter={letter} />}
        {preview && <Previewing on={previewing} show={preview} />}
      </div>
      <span class="composer-hint faint">
        <span>
          {mode === "public" && way.account?.capabilities.typing_reads && (
            <span class="composer-reads" title={t("composer.typing_reads")}>
              <Icon name="eye" size={13} />
              <span class="only-heard">{t("composer.typing_reads")} </span>
            </span>
          )}
          {t(letter ? "composer.keys_letter" : "composer.keys", { command: COMMAND })}
        </span>
      </span>
      <Counter writing={writing} />
      <button
        type="button"
        class={mode === "note" ? "button composer-send note-send" : "button composer-send primary"}
        disabled={!canSend}
        title={letter ? t("composer.keys_letter", { command: COMMAND }) : undefined}
        onClick={() => send()}
      >
        <Icon name={alone ? "check" : mode === "note" ? "lock" : "send"} size={15} />
        <span class="composer-send-word">
          {t(alone ? "macro.run" : mode === "note" ? "composer.add_note" : "composer.send")}
        </span>
      </button>
      {letter && <SendLater disabled={!canSend || alone} send={send} />}
    </div>
  );
}

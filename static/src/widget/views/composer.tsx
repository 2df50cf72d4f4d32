import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { fileSize, filesOf } from "../../shared/files";
import { isComposing } from "../../shared/keys";
import type { Chat, View } from "../chat";
import { t, words } from "../words";
import { FileRow } from "./files";
import { AttachIcon, CloseIcon, EmojiIcon, SendIcon } from "./icons";
import { useLater } from "./lazy";

const HIGHEST = 140; // px
/** A mouse or trackpad: there the keyboard does not cover the chat when the field takes the focus. */
const FINE = "(hover: hover) and (pointer: fine)";

export function Composer({ chat, view }: { chat: Chat; view: View }) {
  const field = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [files, setFiles] = useState<readonly File[]>([]);
  const [troubles, setTroubles] = useState<readonly string[]>([]);
  const [emoji, setEmoji] = useState(false);
  const later = useLater(emoji || files.length > 0);
  const longest = view.limits?.text_length ?? Infinity;
  const open = view.phase === "ready" || view.phase === "starting" || view.phase === "expired";
  const ready = open && (text.trim() !== "" || files.length > 0) && text.length <= longest;

  useEffect(() => {
    if (open) setText((now) => now || chat.draft());
    else clear();
  }, [open]);
  useEffect(() => {
    if (view.shown && open && matchMedia(FINE).matches) field.current?.focus();
  }, [view.shown, open]);
  useLayoutEffect(() => {
    const it = field.current;
    if (!it) return;
    it.style.height = "auto";
    it.style.height = `${Math.min(HIGHEST, it.scrollHeight)}px`;
  }, [text]);
  useFilesFrom((found) => take(found));

  function write(now: string): void {
    setText(now);
    chat.typing(now);
  }
  function clear(): void {
    setText("");
    setFiles([]);
    setTroubles([]);
    setEmoji(false);
  }
  function take(found: readonly File[]): void {
    if (!open || !found.length) return;
    const most = view.limits?.upload_count ?? 10;
    const wrong = found.flatMap((file) => {
      const why = chat.refusal(file);
      const limit = fileSize(view.limits?.upload_bytes ?? 0, words.language());
      return why ? [words.find(why, { name: file.name, limit }) ?? why] : [];
    });
    const good = found.filter((file) => !chat.refusal(file));
    if (files.length + good.length > most) wrong.push(t("file.many", { n: most }));
    for (const file of good) void chat.measure(file);
    setFiles((now) => [...now, ...good].slice(0, most));
    setTroubles(wrong);
    field.current?.focus();
  }
  function send(): void {
    if (!ready) return;
    chat.send(text, files);
    clear();
    field.current?.focus();
  }
  function put(sign: string): void {
    const it = field.current;
    if (!it) return;
    it.setRangeText(sign, it.selectionStart, it.selectionEnd, "end");
    write(it.value);
    it.focus();
  }

  return (
    <form class="composer" onSubmit={(event) => (event.preventDefault(), send())}>
      {troubles.length > 0 && (
        <div class="troubles" role="alert">
          <span>{troubles.map((trouble) => <p key={trouble}>{trouble}</p>)}</span>
          <button type="button" class="icon" aria-label={t("chat.close")} onClick={() => setTroubles([])}><CloseIcon /></button>
        </div>
      )}
      {later && files.length > 0 && <later.Chosen files={files} remove={(place) => setFiles(files.filter((_, other) => other !== place))} />}
      {!later && files.map((file) => <FileRow key={file} name={file.name} size={file.size} />)}
      {later && emoji && <later.Emojis put={put} close={() => (setEmoji(false), field.current?.focus())} />}
      <div class="bar">
        <button type="button" class="icon" aria-label={t("composer.attach")} title={t("composer.attach")} disabled={!open}
          onClick={() => picker.current?.click()}>
          <AttachIcon />
        </button>
        <input ref={picker} type="file" multiple hidden tabIndex={-1} accept={view.limits?.accepts.join(",")}
          onChange={(event) => {
            take(Array.from(event.currentTarget.files ?? []));
            event.currentTarget.value = "";
          }} />
        <textarea ref={field} rows={1} value={text} disabled={!open} dir="auto" enterkeyhint="send"
          aria-label={t("composer.label")} placeholder={view.settings?.placeholder[words.language()] || t("composer.placeholder")}
          aria-invalid={text.length > longest} aria-describedby="preview"
          onInput={(event) => write(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
            event.preventDefault();
            send();
          }} />
        <button type="button" class="icon only-fine" aria-label={t("composer.emoji")} title={t("composer.emoji")}
          aria-expanded={emoji} disabled={!open} onClick={() => setEmoji(!emoji)}>
          <EmojiIcon />
        </button>
        <button type="submit" class="icon send" aria-label={t("composer.send")} title={t("composer.send")} disabled={!ready}>
          <SendIcon />
        </button>
      </div>
      {text.length > longest && <p class="hint wrong" role="status">{t("composer.left", { n: text.length - longest })}</p>}
      {view.settings?.preview && <p class="hint" id="preview">{t("composer.preview")}</p>}
    </form>
  );
}

/** Pasted or dropped anywhere in the window. */
function useFilesFrom(take: (files: readonly File[]) => void): void {
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      document.body.classList.toggle("dropping", event.type === "dragover");
      if (event.type === "drop") latest.current(filesOf(event.dataTransfer));
    };
    const paste = (event: ClipboardEvent) => {
      const files = filesOf(event.clipboardData);
      if (!files.length) return;
      event.preventDefault();
      latest.current(files);
    };
    const kinds = ["dragover", "dragleave", "drop"] as const;
    for (const kind of kinds) addEventListener(kind, over);
    addEventListener("paste", paste);
    return () => {
      for (const kind of kinds) removeEventListener(kind, over);
      removeEventListener("paste", paste);
    };
  }, []);
}

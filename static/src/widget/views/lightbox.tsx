import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { fileSize } from "../../shared/files";
import type { AttachmentView } from "../../wire";
import type { Chat, View } from "../chat";
import { t, words } from "../words";
import { STEPS } from "./emoji";
import { CloseIcon, Icon } from "./icons";

/** One picture over the whole screen; the arrows walk through those of the story. */
export function Lightbox({ chat, view, file }: { chat: Chat; view: View; file: AttachmentView }) {
  const box = useRef<HTMLDialogElement>(null);
  const closing = useRef<HTMLButtonElement>(null);
  useStill();
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    box.current?.showModal();
    closing.current?.focus();
    return () => before?.focus();
  }, []);
  const all = view.story.messages.flatMap(({ attachments }) =>
    attachments.filter((it) => it.inline && it.mime.startsWith("image/")),
  );
  const at = all.findIndex((it) => it.id === file.id);
  const go = (step: number) => {
    const next = all[at + step];
    if (next) chat.lookAt(next);
  };
  // The frame covers the page, which knows nothing of the dialog in it: Tab must not leave.
  const keys = (event: KeyboardEvent) => {
    go(STEPS[event.key] ?? 0);
    if (event.key !== "Tab") return;
    const stops = Array.from(box.current?.querySelectorAll<HTMLElement>("button:enabled,a") ?? []);
    const here = stops.indexOf(document.activeElement as HTMLElement);
    event.preventDefault();
    stops.at((here + (event.shiftKey ? -1 : 1)) % stops.length)?.focus();
  };
  const size = fileSize(file.size, words.language());
  return (
    <dialog ref={box} class="lightbox" aria-label={t("file.picture", { name: file.name })} onClose={() => chat.lookAt(null)}
      onKeyDown={keys}>
      <div class="lightbox-bar">
        <p>{file.name} · {size}</p>
        <button type="button" class="icon" aria-label={t("file.previous")} disabled={at <= 0} onClick={() => go(-1)}><Icon d="M15 5l-7 7 7 7" /></button>
        <button type="button" class="icon" aria-label={t("file.next")} disabled={at + 1 >= all.length} onClick={() => go(1)}><Icon d="M9 5l7 7-7 7" /></button>
        <a class="icon" href={file.url} download={file.name} target="_blank" rel="noopener noreferrer"
          aria-label={t("file.download", { name: file.name, size })}><Icon d="M12 4v11M7 10.5l5 5 5-5M5 20h14" /></a>
        <button ref={closing} type="button" class="icon" aria-label={t("file.close")} onClick={() => box.current?.close()}><CloseIcon /></button>
      </div>
      <div class="lightbox-room" onClick={(event) => event.target === event.currentTarget && box.current?.close()}>
        <img src={chat.previews.get(file.id) ?? file.url} alt={t("file.picture", { name: file.name })}
          width={file.width ?? undefined} height={file.height ?? undefined} />
      </div>
    </dialog>
  );
}

/** While a picture takes the whole screen the window behind it keeps its size, and so the reader's place. */
function useStill(): void {
  useLayoutEffect(() => {
    const window = document.querySelector("main");
    if (!window) return;
    const { width, height } = window.getBoundingClientRect();
    window.style.cssText = `width:${width}px;height:${height}px`;
    return () => {
      window.style.cssText = "";
    };
  }, []);
}

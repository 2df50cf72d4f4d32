import { useEffect, useRef, useState } from "preact/hooks";
import type { Chat, View } from "../chat";
import { reason, t, words } from "../words";
import { nameOf } from "./bubble";
import { Composer } from "./composer";
import { CloseIcon } from "./icons";
import { useLater } from "./lazy";
import { Log } from "./log";

const FOCUSABLE = "button:enabled,textarea:enabled,input:enabled,a[href],audio,video,[tabindex='0']";
const CALM = 1_500; // ms a connection may take before it is worth a word

/** Draws again after any change; those of one turn are drawn together. */
function useView(chat: Chat): View {
  const [view, setView] = useState(chat.view);
  useEffect(() => {
    const look = () => setView(chat.view);
    // What changed between the first drawing and now, nobody has heard of.
    look();
    return chat.subscribe(look);
  }, []);
  return view;
}

export function Window({ chat, close }: { chat: Chat; close: (() => void) | null }) {
  const view = useView(chat);
  const root = useRef<HTMLElement>(null);
  useKeys(root, view.modal, close);
  const later = useLater(view.looking !== null);
  const title = view.settings?.title[words.language()] ?? "";
  return (
    <main ref={root} class="window" aria-label={title || t("launcher.window")}>
      <header>
        {chat.picture && <img class="face" src={chat.picture} alt="" />}
        {title && <h1 dir="auto">{title}</h1>}
        {close && (
          <button type="button" class="icon" aria-label={t("chat.close")} title={t("chat.close")} onClick={close}><CloseIcon /></button>
        )}
      </header>
      <State chat={chat} view={view} />
      <Log key={view.person} chat={chat} view={view} />
      <Composer key={view.person} chat={chat} view={view} />
      <div class="drop" aria-hidden="true">{t("composer.drop")}</div>
      {/* The story itself is silent, or older pages and one's own words would be read out. */}
      <div class="sr" aria-live="polite" aria-relevant="additions">
        {view.aloud.map((message) => (
          <p key={message.id}>{t("chat.said", { name: nameOf(message.author) })} {message.text || message.attachments[0]?.name}</p>
        ))}
      </div>
      {later && view.looking && <later.Lightbox chat={chat} view={view} file={view.looking} />}
    </main>
  );
}

/** What stands in the way, in words; nothing while all is well. */
function State({ chat, view }: { chat: Chat; view: View }) {
  const late = useLate(view.phase === "ready" || view.phase === "starting" ? !view.up : false);
  let text = "";
  if (view.phase === "elsewhere" || view.phase === "expired") text = t(`line.${view.phase}`);
  else if (view.phase === "shut") text = reason({ text: view.trouble, params: {} }, "line.shut");
  const retry = text === "" && late && navigator.onLine;
  if (late && !text) text = t(navigator.onLine ? "line.connecting" : "line.offline");
  return (
    <div role="status" class="state">
      {text && <p>{text}</p>}
      {view.phase === "elsewhere" && (
        <button type="button" onClick={() => chat.look(true, view.modal)}>{t("line.here")}</button>
      )}
      {retry && <button type="button" onClick={() => chat.retry()}>{t("line.retry")}</button>}
    </div>
  );
}

/** True once `waiting` has lasted; known to be offline needs no patience. */
function useLate(waiting: boolean): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!waiting) return;
    const timer = setTimeout(() => setLate(true), CALM);
    return () => {
      clearTimeout(timer);
      setLate(false);
    };
  }, [waiting]);
  return waiting && (late || !navigator.onLine);
}

/** Escape closes; where the chat covers the whole screen the focus stays inside. */
function useKeys(root: { current: HTMLElement | null }, modal: boolean, close: (() => void) | null): void {
  useEffect(() => {
    const keys = (event: KeyboardEvent) => {
      if (document.querySelector("dialog[open]")) return;
      if (event.key === "Escape" && !event.isComposing) close?.();
      if (event.key !== "Tab" || !modal || !root.current) return;
      const all = Array.from(root.current.querySelectorAll<HTMLElement>(FOCUSABLE)).filter((it) => it.offsetWidth);
      const [from, to] = event.shiftKey ? [all[0], all.at(-1)] : [all.at(-1), all[0]];
      if (document.activeElement !== from) return;
      event.preventDefault();
      to?.focus();
    };
    addEventListener("keydown", keys);
    return () => removeEventListener("keydown", keys);
  }, [modal, close]);
}

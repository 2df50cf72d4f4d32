import { useEffect, useRef, useState } from "preact/hooks";
import type { Chat, View } from "../chat";
import { type Key, reason, t, words } from "../words";
import { nameOf } from "./bubble";
import { Composer } from "./composer";
import { CloseIcon, MoveIcon } from "./icons";
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
  const [moving, setMoving] = useState(false);
  const later = useLater(view.looking !== null || moving);
  const by = view.story.goesBy?.[words.language()];
  // She has gone on there: the way has been shown.
  useEffect(() => setMoving(false), [by]);
  const title = view.settings?.title[words.language()] ?? (close ? "" : document.title);
  return (
    <main ref={root} class="window" aria-label={title || t("launcher.window")}>
      <header>
        {chat.picture && <img class="face" src={chat.picture} alt="" />}
        {title && <h1 dir="auto">{title}</h1>}
        {view.settings?.continues && view.story.messages.length > 0 && (
          <button type="button" class="icon" aria-label={t("moves.label")} title={t("moves.label")} aria-expanded={moving}
            onClick={() => setMoving(!moving)}><MoveIcon /></button>
        )}
        {close && (
          <button type="button" class="icon" aria-label={t("chat.close")} title={t("chat.close")} onClick={close}><CloseIcon /></button>
        )}
      </header>
      <State chat={chat} view={view} by={by} />
      {later && moving && <later.Moves key={view.person} chat={chat} />}
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
function State({ chat, view, by }: { chat: Chat; view: View; by: string | undefined }) {
  const late = useLate(view.phase === "ready" || view.phase === "starting" ? !view.up : false);
  let text = "";
  let act: [Key, () => void] | null = null;
  const begin = () => void chat.person(null);
  if (view.phase === "elsewhere" || view.phase === "expired" || view.phase === "asks") text = t(`line.${view.phase}`);
  else if (view.phase === "shut") text = reason({ text: view.trouble, params: {} }, "line.shut");
  else if (late) text = t(navigator.onLine ? "line.connecting" : "line.offline");
  if (view.phase === "elsewhere") act = ["line.here", () => chat.look(true, view.modal)];
  else if (view.phase === "asks") act = ["line.here", begin];
  else if (view.phase === "shut" && view.trouble === "line.over") act = ["line.start", begin];
  else if (late && navigator.onLine) act = ["line.retry", () => chat.retry()];
  return (
    <div role="status" class="state">
      {text ? <p>{text}</p> : by && <p class="on">{t("moves.done", { by })}</p>}
      {act && <button type="button" onClick={act[1]}>{t(act[0])}</button>}
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

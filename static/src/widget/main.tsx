// The chat window: the page /chat/{account}, alone or in the frame that loader.ts puts into somebody's site.

import { render } from "preact";
import { wearTheme } from "../shared/theme";
import { Chat } from "./chat";
import { fitAboveKeyboard, followKeyboard } from "./keyboard";
import "./chat.css";
import "./log.css";
import "./composer.css";
import "./forced.css";
import type { ToPage, ToWindow } from "./messages";
import { Window } from "./views/window";
import { speak } from "./words";

const page = document.documentElement;
const language = speak();
const account = decodeURIComponent(location.pathname.split("/")[2] ?? "");
const embedded = window.parent !== window;

function wearColours(colours: Readonly<Record<string, string>>): void {
  for (const [name, colour] of Object.entries(colours)) page.style.setProperty(`--${name}`, colour);
}

/** The page that embeds us; the first that speaks is the one we answer, `frame-ancestors` says who may embed at all. */
function listen(hear: (message: ToWindow) => void): (message: ToPage) => void {
  let origin = "";
  addEventListener("message", (event: MessageEvent<ToWindow>) => {
    if (event.source !== window.parent || event.data?.parley !== 1 || (origin && event.origin !== origin)) return;
    origin = event.origin;
    hear(event.data);
  });
  return (message) => window.parent.postMessage(message, message.kind === "ready" ? "*" : origin || "*");
}

function obey(message: ToWindow): void {
  switch (message.kind) {
    case "init":
      return void chat.start(message.vouch, message.claims, message.shown, message.modal);
    case "person":
      return void chat.person(message.vouch);
    case "claims":
      return chat.claim(message.claims);
    case "shown":
      return chat.look(message.shown, message.modal);
    default:
      return message satisfies never;
  }
}

/** A site's app may hand over its signed user behind `#vouch=`, and we a link behind `#go=`; the address keeps neither. */
function begin(): void {
  const said = new URLSearchParams(location.hash.slice(1));
  if (location.hash) history.replaceState(null, "", location.pathname + location.search);
  void chat.start(said.get("vouch"), {}, true, false, said.get("go"));
}

wearTheme(page, "system");
if (!embedded) {
  fitAboveKeyboard(page);
  followKeyboard(page);
}
const tell = embedded ? listen(obey) : () => undefined;
const chat: Chat = new Chat(account, language, tell);
chat.subscribe(() => {
  const { settings } = chat.view;
  if (settings) wearColours(settings.colours);
  if (settings && !embedded) document.title = settings.title[language] ?? document.title;
});
const close = embedded ? () => tell({ parley: 1, kind: "close" }) : null;
const root = document.getElementById("chat");
if (root) render(<Window chat={chat} close={close} />, root);
if (embedded) tell({ parley: 1, kind: "ready" });
else begin();

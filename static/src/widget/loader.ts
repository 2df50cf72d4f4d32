// /widget.js: the one script on somebody else's page. It draws a button and, when it is wanted, a frame with the chat
// window of our own origin. It needs of the page's CSP: script-src and frame-src of our host, nothing else.
//
//   <script async src="https://HOST/widget.js" data-account="web" data-vouch="TOKEN" data-lang="ko"></script>
//
// data-vouch="later": the page will call Parley.identify(token) or Parley.signOut() by itself; nobody is assumed before.
// The API is window.Parley; before this script is there, (window.Parley = window.Parley || []).push(p => p.open()).

import { textOn } from "./colour";
import { Button } from "./loader/button";
import { Frame } from "./loader/frame";
import { remember, recall } from "./loader/memory";
import type { Claims, Dress } from "./messages";

type Api = ReturnType<typeof api>;
type Wish = (parley: Api) => void;

const LATER = "later";
/** How long a press waits for a page that said it would name somebody; then it is nobody, until the page does. */
const NAMED_WITHIN = 3000; // ms
const PHONE = "(max-width: 500px), (max-height: 420px)";

function api(chat: Embedded) {
  return {
    /** The page's signed-in user: a token the site's server signed. Call it again with a fresh one before it ends. */
    identify: (vouch: string) => chat.name(vouch),
    /** Nobody is signed in any more: the history leaves this browser. */
    signOut: () => chat.name(null),
    open: () => chat.open(true),
    close: () => chat.open(false),
    /** What the page says of the person without proof; agents see it as unproven. */
    setClaims: (claims: Claims) => chat.claim(claims),
    /** "unread": called with the number of unread messages; "vouch": the page should bring a fresh token;
     *  "open" and "close". Answers what ends it. */
    on: (what: string, hear: (value: unknown) => void) => chat.on(what, hear),
    push: (wish: Wish) => wish(chat.parley),
  };
}

class Embedded {
  readonly parley: Api = api(this);
  private readonly ears = new Map<string, Set<(value: unknown) => void>>();
  private readonly button: Button;
  private frame: Frame | undefined;
  private shown = false;
  private waiting: boolean;
  private vouch: string | null;
  private claims: Claims = {};
  private colour = "#3b5bdb";

  constructor(
    private readonly origin: string,
    readonly account: string,
    private readonly language: string,
    vouch: string | null,
  ) {
    this.waiting = vouch === LATER;
    this.vouch = this.waiting ? null : vouch || null;
    this.button = new Button(language, () => this.open(!this.shown), () => this.load());
  }

  /** The account's colour and side are known: the button may be drawn, and what was open opens again. */
  dress({ colour, side }: Dress): void {
    this.colour = colour;
    this.button.draw(colour, textOn(colour), side);
    if (!this.waiting) this.begin();
  }

  private begin(): void {
    const { open, live, named } = recall(this.account);
    if (open && !matchMedia(PHONE).matches) this.open(true, false);
    // An open conversation hears at once. A history that was somebody's and is nobody's now is cleared at once.
    else if (live || (named && !this.vouch)) this.load();
  }

  name(vouch: string | null): void {
    const first = this.waiting;
    this.waiting = false;
    this.vouch = vouch;
    if (this.frame) this.frame.tell({ parley: 1, kind: "person", vouch });
    else if (this.shown) this.load();
    else if (first || recall(this.account).named) this.begin();
  }

  claim(claims: Claims): void {
    Object.assign(this.claims, claims);
    this.frame?.tell({ parley: 1, kind: "claims", claims });
  }

  open(shown: boolean, byHand = true): void {
    if (shown === this.shown) return;
    this.shown = shown;
    remember(this.account, { open: shown });
    if (shown) this.load();
    if (shown && this.waiting) setTimeout(() => this.waiting && this.shown && this.name(null), NAMED_WITHIN);
    this.frame?.show(shown);
    this.button.opened(shown, shown && matchMedia(PHONE).matches);
    this.tellShown();
    if (byHand) (shown ? this.frame : this.button)?.focus();
    this.say(shown ? "open" : "close", undefined);
  }

  on(what: string, hear: (value: unknown) => void): () => void {
    const heard = this.ears.get(what) ?? new Set();
    this.ears.set(what, heard.add(hear));
    return () => heard.delete(hear);
  }

  private say(what: string, value: unknown): void {
    for (const hear of this.ears.get(what) ?? []) hear(value);
  }

  private load(): void {
    if (this.frame || this.waiting) return;
    const address = `${this.origin}/chat/${encodeURIComponent(this.account)}?embedded&lang=${encodeURIComponent(this.language)}`;
    this.frame = new Frame(this.button, address, this.origin, this.colour, (message) => {
      if (message.kind === "ready") this.tellAll();
      else if (message.kind === "close") this.open(false);
      else if (message.kind === "vouch") this.say("vouch", undefined);
      else {
        const { unread, live, named } = message;
        remember(this.account, { live, named });
        if (this.button.unread(unread)) this.say("unread", unread);
      }
    });
    this.frame.show(this.shown);
    matchMedia(PHONE).addEventListener("change", () => this.tellShown());
  }

  private tellAll(): void {
    const { vouch, claims, shown } = this;
    this.frame?.tell({ parley: 1, kind: "init", vouch, claims, shown, modal: matchMedia(PHONE).matches });
    if (shown) this.frame?.focus();
  }

  private tellShown(): void {
    this.frame?.tell({ parley: 1, kind: "shown", shown: this.shown, modal: matchMedia(PHONE).matches });
  }
}

/** The colour and the side come as a script of our origin, because the page's connect-src may not know us. */
function fetchDress(origin: string, account: string, nonce: string): void {
  const script = document.createElement("script");
  script.nonce = nonce;
  script.async = true;
  script.src = `${origin}/chat/${encodeURIComponent(account)}/button.js`;
  script.onload = () => script.remove();
  document.head.append(script);
}

function start(tag: HTMLScriptElement): void {
  const { account = "web", vouch, lang } = tag.dataset;
  const language = lang || document.documentElement.lang || navigator.language;
  const embedded = new Embedded(new URL(tag.src).origin, account, language, vouch ?? null);
  const host = window as unknown as { Parley?: Wish[] | Api; ParleyDress?: (dress: Dress) => void };
  const wishes = Array.isArray(host.Parley) ? host.Parley : [];
  host.Parley = embedded.parley;
  host.ParleyDress = (dress) => dress.account === account && embedded.dress(dress);
  for (const wish of wishes) wish(embedded.parley);
  fetchDress(new URL(tag.src).origin, account, tag.nonce);
}

const tag = document.currentScript;
if (tag instanceof HTMLScriptElement) {
  if (document.body) start(tag);
  else addEventListener("DOMContentLoaded", () => start(tag));
}

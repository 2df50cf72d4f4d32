// /widget.js: the one script on somebody else's page. It draws a button and, when it is wanted, a frame with the chat
// window of our own origin. It needs of the page's CSP: script-src and frame-src of our host, nothing else.
//
//   <script async src="https://HOST/widget.js" data-account="web" data-vouch="TOKEN" data-lang="ko"></script>
//
// data-vouch="later": the page will call Parley("identify", token) or Parley("signOut") by itself; nobody is assumed
// before. The API is window.Parley; docs/webchat.md says how to call it before this script is there.

import { Button } from "./loader/button";
import { Frame } from "./loader/frame";
import { remember, recall } from "./loader/memory";
import { mayEmbed } from "./loader/origins";
import { markTitle } from "./loader/title";
import type { Claims, Dress } from "./messages";

type Verbs = ReturnType<typeof verbs>;
type Wish = (parley: Api) => void;
interface Api extends Verbs {
  (verb: keyof Verbs, ...args: unknown[]): unknown;
  push: (wish: Wish) => void;
}
/** What a page may change while it runs. */
interface Changes extends Partial<Pick<Dress, "side" | "offset" | "language">> {
  /** No button: the page has one of its own. */
  hidden?: boolean;
}

const LATER = "later";
/** How long a press waits for a page that said it would name somebody; then it is nobody, until the page does. */
const NAMED_WITHIN = 3000; // ms
const PHONE = "(max-width: 500px), (max-height: 420px)";

function verbs(chat: Embedded) {
  return {
    /** The page's signed-in user: a token the site's server signed. Call it again with a fresh one before it ends. */
    identify: (vouch: string) => chat.name(vouch),
    /** Nobody is signed in any more: the history leaves this browser. */
    signOut: () => chat.name(null),
    open: () => chat.open(true),
    close: () => chat.open(false),
    /** What the page says of the person without proof; agents see it as unproven. */
    setClaims: (claims: Claims) => chat.claim(claims),
    update: (changes: Changes & { claims?: Claims }) => chat.update(changes),
    /** "unread": called with the number of unread messages; "vouch": the page should bring a fresh token;
     *  "open", "close", and "refused" with the reason why there is no chat here. Answers what ends it. */
    on: (what: string, hear: (value: unknown) => void) => chat.on(what, hear),
  };
}

/** Both forms of the same: Parley("open") and Parley.open(). */
function apiOf(chat: Embedded): Api {
  const all = verbs(chat);
  const call = (verb: keyof Verbs, ...args: unknown[]) => {
    const act = all[verb] as ((...args: unknown[]) => unknown) | undefined;
    return act ? act(...args) : console.error(`Parley: there is no "${verb}". There are: ${Object.keys(all).join(", ")}`);
  };
  return Object.assign(call, all, { push: (wish: Wish) => wish(chat.parley) });
}

class Embedded {
  readonly parley: Api = apiOf(this);
  private readonly ears = new Map<string, Set<(value: unknown) => void>>();
  private readonly button: Button;
  private frame: Frame | undefined;
  private dressed: Dress | undefined;
  /** What the page changed of it. */
  private changes: Changes = {};
  private language = "";
  private shown = false;
  private waiting: boolean;
  private vouch: string | null;
  private claims: Claims = {};

  constructor(
    private readonly origin: string,
    private readonly account: string,
    /** What the script tag insists on. */
    private readonly forced: string,
    private readonly titled: boolean,
    vouch: string | null,
  ) {
    this.waiting = vouch === LATER;
    this.vouch = this.waiting ? null : vouch || null;
    this.button = new Button(() => this.open(!this.shown), () => this.load());
    matchMedia(PHONE).addEventListener("change", () => this.tellShown());
  }

  /** The account's settings are known: the button may be drawn, and what was open opens again. */
  dress(dress: Dress): void {
    if (location.origin !== this.origin && !mayEmbed(location.origin, dress.origins)) return this.refuse();
    this.dressed = dress;
    this.draw();
    if (this.shown) this.open(true, true, true);
    else if (!this.waiting) this.begin();
  }

  /** For the site's owner; a customer sees a page without a chat. */
  private refuse(): void {
    const [page, section] = [location.origin, `[channels.${this.account}]`];
    console.error(
      `Parley: no chat here, because ${page} is not among the pages that may embed "${this.account}". ` +
        `If it shall be: add "${page}" to origins in the section ${section} of Parley's config.toml and restart Parley.`,
    );
    this.say("refused", "origin");
  }

  private draw(): void {
    if (!this.dressed) return;
    const { language, hidden = false, ...changes } = this.changes;
    const dress = { ...this.dressed, ...changes };
    this.language = language || this.forced || dress.language || document.documentElement.lang || navigator.language;
    this.button.draw(dress, this.language, hidden);
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
    else if (this.dressed && (first || recall(this.account).named)) this.begin();
  }

  claim(claims: Claims): void {
    Object.assign(this.claims, claims);
    this.frame?.tell({ parley: 1, kind: "claims", claims });
  }

  /** Another language loads the window anew; everything kept in it is kept. */
  update({ claims, ...changes }: Changes & { claims?: Claims }): void {
    if (claims) this.claim(claims);
    Object.assign(this.changes, changes);
    const before = this.language;
    this.draw();
    if (!this.frame || before === this.language) return;
    this.frame.remove();
    this.frame = undefined;
    this.load();
  }

  open(shown: boolean, byHand = true, again = false): void {
    if (shown === this.shown && !again) return;
    this.shown = shown;
    if (!this.dressed) return;
    remember(this.account, { open: shown });
    if (shown) this.load();
    if (shown && this.waiting) setTimeout(() => this.waiting && this.shown && this.name(null), NAMED_WITHIN);
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
    if (this.frame || this.waiting || !this.dressed) return;
    const address = `${this.origin}/chat/${encodeURIComponent(this.account)}?embedded&lang=${encodeURIComponent(this.language)}`;
    this.frame = new Frame(this.button, address, this.origin, (message) => {
      if (message.kind === "ready") this.tellAll();
      else if (message.kind === "close") this.open(false);
      else if (message.kind === "wide") this.frame?.widen(message.wide);
      else if (message.kind === "vouch") this.say("vouch", undefined);
      else {
        const { unread, live, named } = message;
        remember(this.account, { live, named });
        if (!this.button.unread(unread)) return;
        if (this.titled) markTitle(unread);
        this.say("unread", unread);
      }
    });
    this.tellShown();
  }

  private tellAll(): void {
    const { vouch, claims, shown } = this;
    this.frame?.tell({ parley: 1, kind: "init", vouch, claims, shown, modal: matchMedia(PHONE).matches });
    if (shown) this.frame?.focus();
  }

  private tellShown(): void {
    const { shown } = this;
    const modal = matchMedia(PHONE).matches;
    this.frame?.show(shown, shown && modal);
    this.button.opened(shown, shown && modal);
    this.frame?.tell({ parley: 1, kind: "shown", shown, modal });
  }
}

/** The settings come as a script of our origin, because the page's connect-src may not know us. */
function fetchDress(origin: string, account: string, nonce: string): void {
  const script = document.createElement("script");
  script.nonce = nonce;
  script.async = true;
  script.src = `${origin}/chat/${encodeURIComponent(account)}/button.js`;
  script.onload = () => script.remove();
  script.onerror = () => console.error(`Parley: ${script.src} did not load. Is there a chat account "${account}"?`);
  document.head.append(script);
}

type Early = Wish | [verb: keyof Verbs, ...args: unknown[]];
interface Host {
  Parley?: Early[] | (Api & { q?: ArrayLike<unknown>[]; account?: string });
  ParleyDress?: (dress: Dress) => void;
}

function start(tag: HTMLScriptElement): void {
  const { account = "web", vouch, lang = "", title } = tag.dataset;
  const host = window as unknown as Host;
  const before = host.Parley;
  // A page that runs its scripts again at a change of route: who is signed in may have changed, nothing else.
  if (before && "account" in before) return void (vouch && vouch !== LATER && before.identify(vouch));
  const origin = new URL(tag.src).origin;
  const embedded = new Embedded(origin, account, lang, title !== "off", vouch ?? null);
  host.Parley = Object.assign(embedded.parley, { account });
  host.ParleyDress = (dress) => dress.account === account && embedded.dress(dress);
  for (const wish of Array.isArray(before) ? before : (before?.q ?? [])) {
    if (typeof wish === "function") (wish as Wish)(embedded.parley);
    else embedded.parley(...(Array.from(wish as ArrayLike<unknown>) as [keyof Verbs, ...unknown[]]));
  }
  fetchDress(origin, account, tag.nonce);
}

const tag = document.currentScript;
if (tag instanceof HTMLScriptElement) {
  if (document.body) start(tag);
  else addEventListener("DOMContentLoaded", () => start(tag));
}

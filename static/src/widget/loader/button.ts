// The button in the page's corner, in a closed shadow root with its own style sheet: nothing of the page reaches in,
// nothing of it reaches out, and a CSP without inline styles allows it.

import type { Dress } from "../messages";
import { findRoom } from "./room";
import styles from "./styles";
import { textsOf } from "./texts";
import type { Texts } from "./texts";

const SVG = "http://www.w3.org/2000/svg";
const CLOSE = "M6 9l6 6 6-6";
/** How often the button comes back to a page that takes it away: enough for any number of routes, no endless quarrel. */
const RETURNS = 1000;

export class Button {
  texts: Texts = textsOf("");
  readonly root: ShadowRoot;
  private readonly host = document.createElement("div");
  private readonly button = document.createElement("button");
  private readonly path = document.createElementNS(SVG, "path");
  private readonly badge = document.createElement("span");
  private readonly news = document.createElement("p");
  private dress: Dress | undefined;
  private look: (() => void) | undefined;
  private returns = RETURNS;
  private count = 0;
  private isOpen = false;

  constructor(click: () => void, soon: () => void) {
    this.root = this.host.attachShadow({ mode: "closed" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    this.root.adoptedStyleSheets = [sheet];
    const drawing = document.createElementNS(SVG, "svg");
    drawing.setAttribute("viewBox", "0 0 24 24");
    drawing.setAttribute("aria-hidden", "true");
    drawing.append(this.path);
    this.button.type = "button";
    this.button.append(drawing, this.badge);
    this.button.onclick = click;
    this.button.onpointerdown = soon;
    this.badge.hidden = true;
    this.news.setAttribute("role", "status");
  }

  /** Also again, with another dress. A hidden button leaves the chat to the page's own. */
  draw(dress: Dress, language: string, hidden: boolean): void {
    this.dress = dress;
    this.texts = textsOf(language);
    const { colours, side, offset: [x, y] } = dress;
    const look = { ...colours, x: `${x}px`, y: `${y}px` };
    for (const [name, value] of Object.entries(look)) this.host.style.setProperty(`--${name}`, value);
    this.host.dataset.side = side;
    this.host.lang = language;
    this.host.toggleAttribute("data-bare", hidden);
    if (!this.look) {
      this.root.append(this.button, this.news);
      document.body.append(this.host);
      this.look = findRoom(this.host, this.button, () => this.dress?.offset[1] ?? 0);
      this.stay();
    }
    this.say();
    this.look();
  }

  /** A page that swaps its content at a change of route takes the button along: it comes back. */
  private stay(): void {
    const watch = new MutationObserver(() => keep());
    const keep = () => {
      if (!this.host.isConnected && this.returns-- > 0) document.body.append(this.host);
      watch.observe(document.body, { childList: true });
      this.look?.();
    };
    watch.observe(document.documentElement, { childList: true });
    keep();
  }

  opened(open: boolean, covered: boolean): void {
    this.isOpen = open;
    this.button.hidden = covered;
    this.say();
  }

  /** Shows the number; answers whether it is another one than before. */
  unread(count: number): boolean {
    if (count === this.count) return false;
    this.count = count;
    this.say();
    return true;
  }

  focus(): void {
    this.button.focus();
  }

  private say(): void {
    const { open, close, unread } = this.texts;
    const told = this.count && !this.isOpen ? unread.replace("{n}", String(this.count)) : "";
    this.path.setAttribute("d", this.isOpen ? CLOSE : (this.dress?.icon ?? ""));
    this.button.setAttribute("aria-label", this.isOpen ? close : told || open);
    this.button.setAttribute("aria-expanded", String(this.isOpen));
    this.badge.textContent = this.count > 99 ? "99+" : String(this.count);
    this.badge.hidden = !told;
    // Heard once, when the number changes; the window that could say it is closed.
    if (this.news.textContent !== told) this.news.textContent = told;
  }
}

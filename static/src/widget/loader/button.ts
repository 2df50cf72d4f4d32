// The button in the page's corner, in a closed shadow root with its own style sheet: nothing of the page reaches in,
// nothing of it reaches out, and a CSP without inline styles allows it.

import { findRoom } from "./room";
import styles from "./styles";
import { textsOf } from "./texts";
import type { Texts } from "./texts";

const SVG = "http://www.w3.org/2000/svg";
const CHAT = "M4 5h16v11h-8.5L7 19.5V16H4z";
const CLOSE = "M6 9l6 6 6-6";

export class Button {
  readonly texts: Texts;
  readonly root: ShadowRoot;
  private readonly host = document.createElement("div");
  private readonly button = document.createElement("button");
  private readonly path = document.createElementNS(SVG, "path");
  private readonly badge = document.createElement("span");
  private count = 0;
  private isOpen = false;

  constructor(language: string, click: () => void, soon: () => void) {
    this.texts = textsOf(language);
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
  }

  draw(colour: string, on: string, side: string): void {
    this.host.style.setProperty("--brand", colour);
    this.host.style.setProperty("--on-brand", on);
    this.host.dataset.side = side;
    this.root.append(this.button);
    document.body.append(this.host);
    this.say();
    findRoom(this.host, this.button);
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
    const closed = this.count ? unread.replace("{n}", String(this.count)) : open;
    this.path.setAttribute("d", this.isOpen ? CLOSE : CHAT);
    this.button.setAttribute("aria-label", this.isOpen ? close : closed);
    this.button.setAttribute("aria-expanded", String(this.isOpen));
    this.badge.textContent = this.count > 99 ? "99+" : String(this.count);
    this.badge.hidden = !this.count || this.isOpen;
  }
}

// The chat window's frame: the page of our own origin, so that the site's styles and scripts cannot reach it, and each
// site has a history of its own because browsers keep storage of embedded pages apart.

import { fitAboveKeyboard, followKeyboard } from "../keyboard";
import type { ToPage, ToWindow } from "../messages";
import type { Button } from "./button";

const PATIENCE = 8_000; // ms until a frame that says nothing is taken for blocked
const LOADED = 1_500; // ms the same, once the browser has loaded something into it

export class Frame {
  private readonly box = document.createElement("div");
  private readonly frame = document.createElement("iframe");
  private ready = false;
  private overflow: string | undefined;

  constructor(
    private readonly button: Button,
    private readonly address: string,
    private readonly origin: string,
    hear: (message: ToPage) => void,
  ) {
    const { box, frame } = this;
    box.className = "window";
    box.hidden = true;
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-label", button.texts.window);
    frame.title = button.texts.window;
    frame.allow = "clipboard-write";
    frame.src = address;
    addEventListener("message", (event: MessageEvent<ToPage>) => {
      if (event.source !== frame.contentWindow || event.origin !== origin || event.data?.parley !== 1) return;
      this.ready = true;
      box.dataset.ready = "";
      hear(event.data);
    });
    document.addEventListener("securitypolicyviolation", ({ blockedURI, effectiveDirective }) => {
      if (!blockedURI.startsWith(origin) || !effectiveDirective.startsWith("frame")) return;
      console.error(`Parley: this page's Content-Security-Policy keeps the chat out. It needs: frame-src ${origin}`);
      this.offer();
    });
    // A page that may not be framed loads as the browser's own error page.
    frame.onload = () => setTimeout(() => this.ready || this.offer(), LOADED);
    setTimeout(() => this.ready || this.offer(), PATIENCE);
    followKeyboard(box);
    box.append(frame);
    button.root.prepend(box);
  }

  tell(message: ToWindow): void {
    if (this.ready) this.frame.contentWindow?.postMessage(message, this.origin);
  }

  /** `covering`: on a phone it is the whole screen, and what lies behind stays where it is. */
  show(shown: boolean, covering: boolean): void {
    const page = document.documentElement.style;
    this.box.hidden = !shown;
    this.box.setAttribute("aria-modal", String(covering));
    if (covering) {
      this.overflow ??= page.overflow;
      page.overflow = "hidden";
    } else if (this.overflow !== undefined) {
      page.overflow = this.overflow;
      this.overflow = undefined;
    }
    fitAboveKeyboard(this.box);
  }

  /** The whole screen for a picture, on a large screen too. */
  widen(wide: boolean): void {
    this.box.toggleAttribute("data-wide", wide);
  }

  focus(): void {
    this.frame.focus();
  }

  remove(): void {
    this.show(false, false);
    this.box.remove();
  }

  /** Nothing came, the page's CSP may forbid frames of ours: the chat has a page of its own. */
  private offer(): void {
    if (this.ready || !this.frame.isConnected) return;
    const link = document.createElement("a");
    link.href = this.address.split("?")[0] ?? "";
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = this.button.texts.elsewhere;
    this.frame.replaceWith(link);
  }
}

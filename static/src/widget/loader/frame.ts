// The chat window's frame: the page of our own origin, so that the site's styles and scripts cannot reach it, and each
// site has a history of its own because browsers keep storage of embedded pages apart.

import type { ToPage, ToWindow } from "../messages";
import type { Button } from "./button";

const PATIENCE = 8_000; // ms until a frame that says nothing is taken for blocked

export class Frame {
  private readonly box = document.createElement("div");
  private readonly frame = document.createElement("iframe");
  private ready = false;

  constructor(
    button: Button,
    private readonly address: string,
    private readonly origin: string,
    colour: string,
    hear: (message: ToPage) => void,
  ) {
    const { box, frame } = this;
    box.className = "window";
    box.hidden = true;
    box.setAttribute("role", "dialog");
    box.setAttribute("aria-label", button.texts.window);
    box.style.setProperty("--brand", colour);
    frame.title = button.texts.window;
    frame.allow = "clipboard-write";
    frame.src = address;
    addEventListener("message", (event: MessageEvent<ToPage>) => {
      if (event.source !== frame.contentWindow || event.origin !== origin || event.data?.parley !== 1) return;
      this.ready = true;
      box.dataset.ready = "";
      hear(event.data);
    });
    box.append(frame);
    button.root.prepend(box);
    setTimeout(() => this.ready || this.offer(button.texts.elsewhere), PATIENCE);
  }

  tell(message: ToWindow): void {
    if (this.ready) this.frame.contentWindow?.postMessage(message, this.origin);
  }

  show(shown: boolean): void {
    this.box.hidden = !shown;
  }

  focus(): void {
    this.frame.focus();
  }

  /** Nothing came, the page's CSP may forbid frames of ours: the chat has a page of its own. */
  private offer(text: string): void {
    const link = document.createElement("a");
    link.href = this.address.split("?")[0] ?? "";
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = text;
    this.frame.replaceWith(link);
  }
}

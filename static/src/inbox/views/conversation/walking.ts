// Messages under the fingers: walked by keys, answered by a key or by a swipe. One listener for all rows.

import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";
import { isComposing, shortcutOf } from "../../../shared/keys";
import type { ConversationView, MessageView } from "../../../wire";
import { known } from "../../store";
import { copied } from "../../ui/toasts";
import { linkTo } from "./message-acts";
import { quote } from "./quoting";
import { lookedAt } from "./ticks";
import { markAsUnread } from "./unread";

function rowsOf(log: Element): HTMLElement[] {
  return Array.from(log.querySelectorAll<HTMLElement>("article[data-position]"));
}

/** From the message that has the focus to the next one; without one, to the newest. */
export function walkMessages(by: number): boolean {
  const log = document.querySelector("[role=log]");
  if (!log) return false;
  const rows = rowsOf(log);
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const row = at === -1 ? rows[rows.length - 1] : rows[Math.max(0, Math.min(rows.length - 1, at + by))];
  row?.focus();
  return row !== undefined;
}

function messageAt(conversation: string, element: Element | null): MessageView | undefined {
  const key = element?.closest<HTMLElement>("[data-key]")?.dataset.key;
  return known.threads.get(conversation)?.rows.find(({ message }) => message.id === key)?.message;
}

/** The message that has the focus, else the customer's newest. */
export function quoteOne(view: ConversationView): void {
  const rows = known.threads.get(view.id)?.rows ?? [];
  const message =
    messageAt(view.id, document.activeElement) ??
    rows.findLast((row) => row.message.author.kind === "customer" && row.message.erased_at === null)?.message;
  if (message) quote(view, message);
}

/** From the customer's message that has the focus, else from her newest. */
export function markOneUnread(view: ConversationView): void {
  const message = messageAt(view.id, document.activeElement);
  markAsUnread([view], message?.author.kind === "customer" ? message : undefined);
}

function keyed(event: KeyboardEvent, view: ConversationView): void {
  if (isComposing(event) || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  // Only with the focus on the message itself: what stands in it has keys of its own.
  if (!(event.target as Element).matches("article")) return;
  const message = messageAt(view.id, event.target as Element);
  if (!message || message.erased_at !== null) return;
  const meant = shortcutOf(event);
  if (meant === "c" && message.text) void copied(message.text);
  else if (meant === "l") void copied(linkTo(view, message));
  else if (event.key === "Enter") (event.target as Element).querySelector<HTMLElement>("[aria-haspopup]")?.click();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

const FAR = 56; // px that a finger draws a message to the side to answer it
const MOST = 76; // px it follows

/** Drawn to the right by a finger, a message is answered; up and down still scrolls. */
function listenToSwipes(log: HTMLElement, view: () => ConversationView): () => void {
  let row: HTMLElement | null = null;
  let [x, y, across] = [0, 0, 0];
  const done = () => {
    row?.style.removeProperty("transform");
    row?.classList.remove("drawn", "far");
    row = null;
    across = 0;
  };
  const press = (event: PointerEvent) => {
    if (event.pointerType !== "touch" || !event.isPrimary) return;
    const target = event.target as Element;
    if (target.closest("input, audio, video, pre, .bubble-acts")) return;
    row = target.closest<HTMLElement>("article[data-position]");
    [x, y] = [event.clientX, event.clientY];
  };
  const drag = (event: PointerEvent) => {
    if (!row || !event.isPrimary) return;
    const [right, down] = [event.clientX - x, Math.abs(event.clientY - y)];
    if (across === 0 && (down > 12 || right < -8)) return done();
    if (right < 10 && across === 0) return;
    across = Math.max(0, Math.min(MOST, right));
    row.style.transform = `translateX(${across}px)`;
    row.classList.add("drawn");
    row.classList.toggle("far", across >= FAR);
  };
  const release = (event: PointerEvent) => {
    const message = across >= FAR && event.type === "pointerup" ? messageAt(view().id, row) : undefined;
    done();
    if (message) quote(view(), message);
  };
  log.addEventListener("pointerdown", press);
  log.addEventListener("pointermove", drag);
  log.addEventListener("pointerup", release);
  log.addEventListener("pointercancel", release);
  return () => {
    log.removeEventListener("pointerdown", press);
    log.removeEventListener("pointermove", drag);
    log.removeEventListener("pointerup", release);
    log.removeEventListener("pointercancel", release);
  };
}

/** Keys and fingers on the messages of this conversation, and which of them is looked at. */
export function useHandsOn(scroller: RefObject<HTMLElement | null>, view: ConversationView): void {
  useEffect(() => {
    const log = scroller.current;
    if (!log) return;
    // Conversations change under the same id: what is right is read when it is needed.
    const now = () => known.conversations.get(view.id) ?? view;
    const key = (event: KeyboardEvent) => keyed(event, now());
    const looks = (event: Event) => {
      const row = (event.target as Element).closest<HTMLElement>("article[data-position]");
      lookedAt.value = row?.dataset.key ?? null;
    };
    const leaves = () => (lookedAt.value = null);
    log.addEventListener("keydown", key);
    log.addEventListener("pointerover", looks);
    log.addEventListener("focusin", looks);
    log.addEventListener("pointerleave", leaves);
    const stopSwiping = listenToSwipes(log, now);
    return () => {
      stopSwiping();
      leaves();
      log.removeEventListener("keydown", key);
      log.removeEventListener("pointerover", looks);
      log.removeEventListener("focusin", looks);
      log.removeEventListener("pointerleave", leaves);
    };
  }, [view.id]);
}

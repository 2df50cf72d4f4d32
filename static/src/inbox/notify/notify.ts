// Puts it together: what is new rings once, in one tab, unless it stands before the agent's eyes.

import { effect } from "@preact/signals";
import { newId } from "../../shared/ids";
import type { NoticeView } from "../../wire";
import { go } from "../router";
import { known, state } from "../store";
import { chosenId } from "../views/shell/chosen";
import { noticeAddress, noticeWords } from "../views/notices/words";
import * as desktop from "./desktop";
import { type Bid, Election } from "./election";
import { lookAtPush, startWorker } from "./push";
import { eventOf, Freshness, Pace, rings, tagOf } from "./ringing";
import { play } from "./sound";
import { isOn, wishes } from "./wishes";

const HIDDEN = 1;
const SEEN = 2;
const WATCHED = 3;

/** How well this tab is placed to ring: where somebody is, sound plays and a click leads on. */
function rank(): number {
  if (document.visibilityState !== "visible") return HIDDEN;
  return document.hasFocus() ? WATCHED : SEEN;
}

function ring(notice: NoticeView): void {
  const { title, body } = noticeWords(notice);
  if (isOn("desktop")) {
    void desktop.show({ title, body, tag: tagOf(notice), to: noticeAddress(notice) });
  }
  const { sound, volume } = wishes.peek();
  if (sound) void play(volume);
}

function channelFor(agent: string): { election: Election; close: () => void } {
  const channel = new BroadcastChannel(`parley.notify.${agent}`);
  const election = new Election(newId(), {
    send: (bid) => channel.postMessage(bid),
    later: (run, ms) => setTimeout(run, ms),
    now: () => Date.now(),
  });
  channel.onmessage = (event: MessageEvent<Bid>) => election.hear(event.data);
  return { election, close: () => channel.close() };
}

function isShown(conversation: string): boolean {
  return document.visibilityState === "visible" && chosenId.peek() === conversation;
}

/** What was unread and is read or settled now, here or on another device, is taken from the screen's corner too. */
function withdrawRead(unread: ReadonlySet<string>, items: readonly NoticeView[]): Set<string> {
  const now = new Set(items.filter((one) => !one.read).map(tagOf));
  for (const tag of unread) if (!now.has(tag)) void desktop.withdraw(tag);
  return now;
}

function badge(n: number): void {
  const place = navigator as { setAppBadge?: (n: number) => Promise<void>; clearAppBadge?: () => Promise<void> };
  void (n > 0 ? place.setAppBadge?.(n) : place.clearAppBadge?.())?.catch(() => undefined);
}

/** For as long as an agent is signed in; the answer ends it. Asks for nothing. */
export function startNotifying(agent: string): () => void {
  const { election, close } = channelFor(agent);
  const freshness = new Freshness();
  const pace = new Pace();
  let unread: ReadonlySet<string> = new Set();
  const stop = effect(() => {
    const { notices, generation } = known;
    if (generation === 0) return;
    const { availability, skew } = state.peek();
    const isHere = availability === "online";
    for (const notice of freshness.of(notices, Date.now() + skew)) {
      const event = eventOf(notice);
      if (isShown(notice.conversation)) election.done(event);
      else if (rings(notice, wishes.peek(), notices.quiet, isHere) && pace.allows(notice, Date.now())) election.stand(event, rank(), () => ring(notice));
    }
    unread = withdrawRead(unread, notices.items);
    badge(notices.unread);
  });
  const opened = (event: MessageEvent<{ kind?: string; to?: string }>) => {
    if (event.data.kind === "open" && event.data.to) go(event.data.to);
  };
  navigator.serviceWorker?.addEventListener("message", opened);
  addEventListener("focus", desktop.lookAgain);
  void startWorker().then(() => lookAtPush().catch(() => undefined));
  return () => {
    stop();
    close();
    navigator.serviceWorker?.removeEventListener("message", opened);
    removeEventListener("focus", desktop.lookAgain);
  };
}

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { dayName } from "../../../shared/time";
import type { ConversationView, LineView } from "../../../wire";
import { now } from "../../clock";
import { readAgain } from "../../commands";
import { loadAround, loadNewer, loadThread } from "../../load";
import { route } from "../../router";
import { known, state } from "../../store";
import { type Item, itemsOf } from "../../store/select";
import type { Thread as ThreadState } from "../../store/state";
import { Icon } from "../../ui/icons";
import { Moment } from "../../ui/moment";
import { Empty, Failed, Skeleton } from "../../ui/states";
import { count, language, t } from "../../words";
import { Bubble } from "./bubble";
import { lineWords, otherNumber } from "./lines";
import { sought } from "./quoting";
import { PendingRow } from "./pending-row";
import { useGrowing } from "./growing";
import { useReadersPlace } from "./scroll";
import { endIsHidden, endIsShown, isOpened } from "./seen";
import { Typing } from "./typing";
import { useHandsOn } from "./walking";

/** What a line says; another conversation that it names is a link. */
function LineSaid({ line, view }: { line: LineView; view: ConversationView }) {
  const words = lineWords(line, view) ?? "";
  const link = `#${otherNumber(line)}`;
  const at = words.indexOf(link);
  if (at < 0) return <span>{words}</span>;
  return (
    <span>
      {words.slice(0, at)}
      <a href={`/c/${link.slice(1)}`}>{link}</a>
      {words.slice(at + link.length)}
    </span>
  );
}

function ItemRow({ item, view, linked }: { item: Item; view: ConversationView; linked: boolean }) {
  switch (item.type) {
    case "day":
      return (
        <h2 class="day">
          <span>{dayName(item.at, now.value, language.value)}</span>
        </h2>
      );
    case "line":
      return (
        <p class="line" data-key={item.key}>
          <LineSaid line={item.line} view={view} /> <Moment at={item.line.at} as="clock" />
        </p>
      );
    case "fresh":
      return (
        <p class="fresh" data-fresh>
          <span>{t("thread.new")}</span>
        </p>
      );
    case "message":
      return (
        <Bubble
          view={view}
          message={item.message}
          opens={item.opens}
          ends={item.ends}
          tick={item.tick}
          linked={linked}
        />
      );
    case "pending":
      return <PendingRow one={item.pending} view={view} opens={item.opens} />;
  }
}

/** Messages that came while the reader was further up. */
function useUnseenBelow(thread: ThreadState, atEnd: boolean): number {
  const newest = thread.rows.reduce((most, row) => Math.max(most, row.message.position), 0);
  const [seenTo, setSeenTo] = useState(newest);
  useEffect(() => {
    if (atEnd) setSeenTo(newest);
  }, [atEnd, newest]);
  return atEnd ? 0 : thread.rows.filter((row) => row.message.position > seenTo).length;
}

function useSeen(conversation: string, atEnd: boolean, thread: ThreadState): void {
  useEffect(() => {
    if (atEnd) endIsShown(conversation);
  }, [conversation, atEnd, thread.rows, thread.lines, thread.stale]);
  useEffect(() => {
    if (!atEnd) return;
    const look = () => endIsShown(conversation);
    document.addEventListener("visibilitychange", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      endIsHidden();
    };
  }, [conversation, atEnd]);
}

/** The address may name a message: the stretch around it is read, then it is shown and marked. */
function useLinkedMessage(
  view: ConversationView,
  thread: ThreadState,
  drawn: boolean,
  show: (message: string) => void,
): string | null {
  const place = route.value;
  const wanted = place.screen === "conversation" ? (place.message ?? null) : null;
  const asked = useRef<string | null>(null);
  const isThere = wanted !== null && thread.rows.some((row) => row.message.id === wanted);
  useEffect(() => {
    if (wanted === null || !drawn || thread.phase !== "ready") return;
    if (isThere) show(wanted);
    else if (asked.current !== wanted) {
      asked.current = wanted;
      void loadAround(view.id, wanted);
    }
  }, [wanted, isThere, drawn, thread.phase, thread.rows.length]);
  return isThere ? wanted : null;
}

const SHOWN_FOR = 2400; // ms that a message which was jumped to stays marked

/** A quote that was pressed leads to its message: also the focus goes there, and from there one may go on reading. */
function useSoughtMessage(
  view: ConversationView,
  thread: ThreadState,
  drawn: boolean,
  show: (message: string) => void,
): string | null {
  const wanted = sought.value?.conversation === view.id ? sought.value.message : null;
  const asked = useRef<string | null>(null);
  const isThere = wanted !== null && thread.rows.some((row) => row.message.id === wanted);
  useEffect(() => {
    if (wanted === null || !drawn || thread.phase !== "ready") return;
    if (!isThere) {
      // Asked for once; where it is not to be had, the reader stays where she is.
      if (asked.current === wanted) sought.value = null;
      else void loadAround(view.id, wanted);
      asked.current = wanted;
      return;
    }
    asked.current = null;
    show(wanted);
    document.querySelector<HTMLElement>(`[role=log] [data-key="${CSS.escape(wanted)}"]`)?.focus({ preventScroll: true });
    const timer = setTimeout(() => (sought.value = null), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [wanted, isThere, drawn, thread.phase]);
  return isThere ? wanted : null;
}

function Story({ view, thread }: { view: ConversationView; thread: ThreadState }) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const [stoodRead] = useState(() => {
    const read = state.peek().read.get(view.id) ?? 0;
    isOpened(view.id, read);
    return read;
  });
  const { pending, keptUnread } = known;
  const readTo = keptUnread.has(view.id) ? (known.read.get(view.id) ?? 0) : stoodRead;
  const items = useMemo(
    () => itemsOf({ view, thread, pending, readTo, speaks: (line) => lineWords(line) !== null }),
    [view, thread, pending, readTo, known.directory],
  );
  const { from, to } = useGrowing(items);
  const isWhole = from === 0 && to === items.length;
  const drawn = useMemo(() => (isWhole ? items : items.slice(from, to)), [items, from, to]);
  const older = () => {
    if (isWhole && thread.phase === "ready" && thread.before !== null) void loadThread(view.id, true);
  };
  // A link may have led into the middle: the last row there is not the end.
  const newer = thread.after
    ? () => {
        if (thread.phase === "ready") void loadNewer(view.id);
      }
    : null;
  const { atEnd, toEnd: toLast, toRow } = useReadersPlace(scroller, content, drawn, older, newer, to < items.length);
  const wantsEnd = useRef(false);
  const toEnd = (smooth = false) => {
    wantsEnd.current = newer !== null;
    if (newer) void loadThread(view.id);
    else toLast(smooth);
  };
  useEffect(() => {
    if (!wantsEnd.current || thread.phase !== "ready") return;
    if (thread.after) return void loadThread(view.id);
    wantsEnd.current = false;
    toLast();
  }, [thread.rows, thread.phase]);
  const linked = useLinkedMessage(view, thread, isWhole, toRow);
  const found = useSoughtMessage(view, thread, isWhole, toRow);
  useHandsOn(scroller, view);
  const unseen = useUnseenBelow(thread, atEnd);
  useSeen(view.id, atEnd, thread);
  const own = pending.filter(
    (one) => one.args.conversation === view.id && (one.name === "reply" || one.name === "note"),
  ).length;
  useEffect(() => {
    // Whoever sends wants to see it go, and has read what is answered.
    if (own > 0) {
      readAgain(view.id);
      toEnd();
    }
  }, [own]);
  return (
    <div class="thread-place">
      <div class="thread" ref={scroller} tabIndex={0} role="log" aria-label={t("thread.label")} aria-live="polite">
        <div class="thread-content" ref={content}>
          {thread.phase === "asked" && thread.before !== null && <Skeleton kind="bubble" rows={2} />}
          {thread.phase === "failed" && (
            <Failed text={t("thread.failed")} retry={() => void loadThread(view.id, thread.rows.length > 0)} />
          )}
          {thread.before === null && from === 0 && items.length > 0 && <p class="beginning faint">{t("thread.beginning")}</p>}
          {drawn.map((item) => (
            <ItemRow key={item.key} item={item} view={view} linked={item.key === (found ?? linked)} />
          ))}
          {items.length === 0 && thread.phase === "ready" && <Empty icon="inbox" title={t("thread.empty")} />}
        </div>
      </div>
      <Typing conversation={view.id} />
      {!atEnd && (
        <button type="button" class="pill thread-pill" onClick={() => toEnd(true)}>
          <Icon name="arrowDown" size={14} />
          {unseen > 0 ? count("thread.below", unseen) : t("thread.to_end")}
        </button>
      )}
    </div>
  );
}

/** A conversation's history. What the log brings is drawn as it comes; a stretch that is in doubt is read anew. */
export function Thread({ view }: { view: ConversationView }) {
  const { threads, generation } = known;
  const thread = threads.get(view.id);
  const wanted = !thread || thread.stale > 0;
  // Read and already in doubt again: something was merged while the page was on its way.
  const again = thread?.phase === "ready" ? thread.stale : 0;
  useEffect(() => {
    if (wanted) void loadThread(view.id);
  }, [view.id, wanted, again, generation]);
  if (thread && (thread.rows.length > 0 || thread.phase === "ready"))
    return <Story key={view.id} view={view} thread={thread} />;
  if (thread?.phase === "failed")
    return (
      <div class="thread-place">
        <Failed text={t("thread.failed")} retry={() => void loadThread(view.id)} />
      </div>
    );
  return (
    <div class="thread-place">
      <div class="thread">
        <Skeleton kind="bubble" rows={6} />
      </div>
    </div>
  );
}

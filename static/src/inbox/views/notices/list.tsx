import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { NoticeView } from "../../../wire";
import { readAllNotices, readNotices } from "../../commands";
import { loadNotices } from "../../load";
import { go } from "../../router";
import { known } from "../../store";
import { agentOf } from "../../store/select";
import { AgentAvatar, Avatar } from "../../ui/avatar";
import { Icon, type IconName } from "../../ui/icons";
import { Moment } from "../../ui/moment";
import { Empty, Failed, Skeleton } from "../../ui/states";
import { t } from "../../words";
import { noticeAddress, noticeText, noticeWords } from "./words";

const onlyUnread = signal(false);

const SIGNS: Readonly<Record<NoticeView["kind"], IconName>> = {
  mention: "mention",
  assigned: "mine",
  replied: "reply",
  woke: "snooze",
  new: "nobody",
  failed: "warning",
};

function Face({ notice }: { notice: NoticeView }) {
  const agent = agentOf(known, notice.actor.id);
  return (
    <span class="notice-face">
      {agent ? <AgentAvatar agent={agent} /> : <Avatar id={notice.contact_id} name={notice.contact} />}
      <span class={`notice-sign sign-${notice.kind}`}>
        <Icon name={SIGNS[notice.kind]} size={11} />
      </span>
    </span>
  );
}

/** Opens it at that message, also where that is the address already and the reader has scrolled away. */
function openNotice(notice: NoticeView): void {
  readNotices(notice.read ? [] : [notice.id]);
  const address = noticeAddress(notice);
  if (address === location.pathname + location.search) go(`/c/${notice.number}`, { replace: true });
  go(address);
}

function Row({ notice, done }: { notice: NoticeView; done: () => void }) {
  const { title, about } = noticeWords(notice);
  return (
    <li class={notice.read ? "notice" : "notice unread"}>
      <a
        class="notice-link"
        href={noticeAddress(notice)}
        data-notice={notice.id}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
          event.preventDefault();
          openNotice(notice);
          done();
        }}
      >
        <Face notice={notice} />
        <span class="notice-body">
          <span class="notice-title">
            {!notice.read && <span class="only-heard">{t("notice.unread")}: </span>}
            {title}
          </span>
          {notice.text && <span class="notice-text">{noticeText(notice)}</span>}
          <span class="notice-about">
            {about} · <Moment at={notice.at} />
          </span>
        </span>
      </a>
      {!notice.read && (
        <button
          type="button"
          class="button quiet square small notice-mark"
          aria-label={`${t("notices.mark")}: ${title}`}
          title={t("notices.mark")}
          onClick={(event) => {
            // The button goes with the mark; the focus stays in its row.
            event.currentTarget.closest("li")?.querySelector("a")?.focus();
            readNotices([notice.id]);
          }}
        >
          <span class="notice-dot" />
        </button>
      )}
    </li>
  );
}

/** Arrows, j and k, Home and End walk from notice to notice. */
function walk(event: KeyboardEvent, place: HTMLElement | null): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const links = Array.from(place?.querySelectorAll<HTMLElement>("[data-notice]") ?? []);
  const row = document.activeElement?.closest("li")?.querySelector<HTMLElement>("[data-notice]");
  const at = row ? links.indexOf(row) : -1;
  const to =
    event.key === "ArrowDown" || event.code === "KeyJ"
      ? Math.min(links.length - 1, at + 1)
      : event.key === "ArrowUp" || event.code === "KeyK"
        ? Math.max(0, at - 1)
        : event.key === "Home"
          ? 0
          : event.key === "End"
            ? links.length - 1
            : null;
  if (to === null) return;
  event.preventDefault();
  event.stopPropagation();
  links[to]?.focus();
}

function Which() {
  const choice = (unread: boolean, word: string) => (
    <button
      type="button"
      class="button small"
      aria-pressed={onlyUnread.value === unread}
      onClick={() => (onlyUnread.value = unread)}
    >
      {word}
    </button>
  );
  return (
    <div class="notices-which" role="group" aria-label={t("notices.which")}>
      {choice(false, t("notices.all"))}
      {choice(true, t("notices.unread"))}
    </div>
  );
}

/** How many rows a screen shows: below that more is asked for by itself. */
const SCREEN = 12;

function useEnough(shown: number): void {
  const { before, phase, unread } = known.notices;
  const wanted = onlyUnread.value ? Math.min(SCREEN, unread) : SCREEN;
  useEffect(() => {
    if (before !== null && phase === "ready" && shown < wanted) void loadNotices();
  }, [before, phase, shown, wanted]);
}

export function NoticeList({ done }: { done: () => void }) {
  const list = useRef<HTMLDivElement>(null);
  const { items, unread, before, phase, quiet } = known.notices;
  const shown = onlyUnread.value ? items.filter((one) => !one.read) : items;
  useEnough(shown.length);
  return (
    <div class="notices-list" ref={list} onKeyDown={(event) => walk(event, list.current)}>
      <div class="notices-bar">
        <Which />
        <button type="button" class="button small quiet" disabled={unread === 0} onClick={readAllNotices}>
          <Icon name="doubleCheck" size={16} />
          {t("notices.read_all")}
        </button>
      </div>
      {quiet && (
        <p class="notices-quiet">
          <Icon name="snooze" size={14} /> {t("notices.quiet")}
        </p>
      )}
      <div class="notices-scroll">
        {shown.length > 0 && (
          <ul class="notices-rows">
            {shown.map((notice) => (
              <Row key={notice.id} notice={notice} done={done} />
            ))}
          </ul>
        )}
        {shown.length === 0 && phase === "ready" && (before === null || (onlyUnread.value && unread === 0)) && (
          <Empty icon="bell" title={t(onlyUnread.value ? "notices.none_unread" : "notices.none")}>
            {!onlyUnread.value && t("notices.none_more")}
          </Empty>
        )}
        {phase === "asked" && <Skeleton kind="row" rows={2} />}
        {phase === "failed" && <Failed text={t("notices.failed")} retry={() => void loadNotices()} />}
        {phase === "ready" && before !== null && shown.length >= SCREEN && (
          <button type="button" class="button notices-more" onClick={() => void loadNotices()}>
            {t("notices.more")}
          </button>
        )}
      </div>
    </div>
  );
}

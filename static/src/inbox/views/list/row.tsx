import { useComputed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { waitedShort } from "../../../shared/time";
import type { ConversationView, PreviewView } from "../../../wire";
import { now } from "../../clock";
import { loadMark, prefetch, prefetchNone, prefetchSoon } from "../../load";
import { known } from "../../store";
import { touched } from "../../store/overlay";
import { type Mode, RETURNED_FOR } from "../../store/state";
import { accountOf, agentOf, conversationOf, isMarkUnknown, isUnread, legOf, tagsOf } from "../../store/select";
import { AgentAvatar, Avatar } from "../../ui/avatar";
import { ChannelIcon } from "../../ui/channel-icon";
import { Icon } from "../../ui/icons";
import { Moment } from "../../ui/moment";
import { count, language, t } from "../../words";
import { plainWords } from "../conversation/text";
import { customerName } from "../names";
import { meet } from "../shell/chosen";
import { TagChip } from "../tags";
import { listFilter } from "./place";
import { isSelected, selectTo, toggle } from "./selected";

const TAGS_SHOWN = 2;

/** More never fits a row, and shaping thousands of hidden letters costs the scroll its ease. */
const LONGEST = 160;

/** A conversation's last message in one line, without the marks it was written with. */
export function previewText(view: ConversationView, preview: PreviewView): string {
  if (preview.erased) return t("message.erased");
  const words = plainWords(preview, accountOf(known, legOf(view, view.leg)));
  if (words) return words.slice(0, LONGEST);
  if (!preview.attachments) return t("preview.other");
  const kind = preview.pictures === preview.attachments ? "preview.pictures" : "preview.files";
  return count(kind, preview.attachments);
}

/** The name of a macro or a colleague that is being looked for, and nothing else yet. */
const LOOKED_FOR = /^(?:@|\/[^\s/]*)$/;

interface Unsent {
  mode: Mode;
  words: string;
}

/** What this agent has begun here and not sent: a reply before a note, words before files. */
function unsentIn(view: ConversationView): Unsent | null {
  const account = accountOf(known, legOf(view, view.leg));
  for (const mode of ["public", "note"] as const) {
    const text = known.drafts.get(view.id)?.[mode];
    const files = known.along.get(view.id)?.[mode]?.files.length ?? 0;
    const isWritten = text && !LOOKED_FOR.test(text.trim());
    const words = isWritten ? plainWords({ text, visibility: mode, author: { kind: "agent" } }, account) : "";
    if (words.trim() || files) return { mode, words: words.trim() ? words.slice(0, LONGEST) : count("preview.files", files) };
  }
  return null;
}

function Preview({ view }: { view: ConversationView }) {
  const { preview } = view;
  const unsent = useComputed(() => unsentIn(view)).value;
  if (unsent)
    return (
      <span class="row-preview">
        {unsent.mode === "note" ? (
          <b class="row-draft row-note">
            <Icon name="lock" size={12} />
            {t("preview.draft_note")}
          </b>
        ) : (
          <b class="row-draft">{t("preview.draft")}</b>
        )}{" "}
        {unsent.words}
      </span>
    );
  if (!preview) return <span class="row-preview faint">{t("preview.none")}</span>;
  return (
    <span class="row-preview">
      {preview.visibility === "note" && (
        <span class="row-note">
          <Icon name="lock" size={12} />
          {t("note")}{" "}
        </span>
      )}
      {preview.visibility === "public" && preview.author.kind !== "customer" && (
        <span class="row-us">
          <Icon name="reply" size={12} />
          <span class="only-heard">{preview.author.name} </span>
        </span>
      )}
      {view.subject && <b class="row-subject">{view.subject.slice(0, LONGEST)} </b>}
      {previewText(view, preview)}
    </span>
  );
}

const MINUTE = 60_000;
const HOUR = 3_600_000;
const LONG = HOUR; // from here on a wait stands out,
const TOO_LONG = 8 * HOUR; // and from here on it should not be

function Waiting({ since }: { since: number }) {
  const span = waitedShort(since, now.value, language.value);
  const age = now.value - since;
  const colour = age >= TOO_LONG ? " too-long" : age >= LONG ? " long" : "";
  return (
    <span class={`row-waiting${colour}`} title={age < MINUTE ? t("waiting.since_now") : t("waiting.since", { span })}>
      <Icon name="clock" size={12} />
      {span}
    </span>
  );
}

/** The customer is on a page with the chat; one whom nobody answers yet may have just come back to it. */
function OnSite({ id }: { id: string }) {
  const isHere = useComputed(() => {
    const told = known.signals.conversation;
    return told?.conversation === id ? told.customer_here : known.onSite.has(id);
  }).value;
  const isBack = useComputed(() => {
    const at = known.returned.get(id);
    return at !== undefined && now.value - at < RETURNED_FOR && conversationOf(known, id)?.assignee === null;
  }).value;
  if (!isHere) return null;
  return (
    <span class={isBack ? "row-here row-back" : "row-here"} title={t(isBack ? "customer.back" : "customer.here")}>
      {isBack ? t("customer.back_short") : <span class="only-heard">{t("customer.here")}</span>}
    </span>
  );
}

/** What we sent last did not arrive, or nobody knows: it says so until something else is sent. */
function Trouble({ what }: { what: "failed" | "unknown" }) {
  const words = t(`row.trouble.${what}`);
  return (
    <span class={`row-trouble ${what}`} title={words}>
      <Icon name={what === "failed" ? "warning" : "question"} size={13} />
      <span class="only-heard">{words}</span>
    </span>
  );
}

function Foot({ view }: { view: ConversationView }) {
  const tags = tagsOf(known, view);
  const assignee = agentOf(known, view.assignee);
  const failed = useComputed(() =>
    known.pending.some((one) => one.state === "failed" && touched(one).includes(view.id)),
  ).value;
  return (
    <span class="row-foot">
      <ChannelIcon account={accountOf(known, legOf(view, view.leg))} size={14} />
      {failed && (
        <span class="row-failed" title={t("row.failed")}>
          <Icon name="warning" size={13} />
          <span class="only-heard">{t("row.failed")}</span>
        </span>
      )}
      {view.trouble && <Trouble what={view.trouble} />}
      {view.status === "closed" && listFilter.value?.status === "any" && (
        <span class="badge status-closed">{t("status.closed")}</span>
      )}
      {view.waiting_since !== null && <Waiting since={view.waiting_since} />}
      {view.priority > 2 && (
        <span class={`row-priority priority-${view.priority}`}>
          <Icon name="flag" size={12} />
          {t(`priority.${view.priority}` as "priority.3")}
        </span>
      )}
      {view.snoozed_until !== null && (
        <span class="row-waiting" title={t("status.snoozed")}>
          <Icon name="snooze" size={12} />
          <Moment at={view.snoozed_until} />
        </span>
      )}
      {tags.slice(0, TAGS_SHOWN).map((tag) => (
        <TagChip key={tag.id} tag={tag} />
      ))}
      {tags.length > TAGS_SHOWN && <span class="faint">+{tags.length - TAGS_SHOWN}</span>}
      {assignee && (
        <span class="row-assignee" title={t("assigned_to", { name: assignee.name })}>
          <AgentAvatar agent={assignee} size="small" />
        </span>
      )}
    </span>
  );
}

/** The box over the picture: there on hover, on focus, and everywhere once something is taken. */
function Box({ id, name, taken }: { id: string; name: string; taken: boolean }) {
  return (
    <label class="row-box">
      <input
        type="checkbox"
        checked={taken}
        tabIndex={-1}
        aria-label={t("bulk.select", { name })}
        onClick={(event) => {
          if (!event.shiftKey) return toggle(id);
          selectTo(id);
          // What is drawn is what is known; the browser would turn it over once more.
          event.currentTarget.checked = isSelected(id);
        }}
      />
    </label>
  );
}

interface RowProps {
  id: string;
  index: number;
  length: number;
  top: number;
  chosen: boolean;
}

/** One conversation in a list. It draws anew when its own facts change, not when the list does. */
export function ConversationRow({ id, index, length, top, chosen }: RowProps) {
  const view = useComputed(() => conversationOf(known, id)).value;
  const marks = useComputed(() => {
    const it = conversationOf(known, id);
    return it ? Number(isUnread(known, it)) + 2 * Number(isMarkUnknown(known, it)) : 0;
  }).value;
  const taken = useComputed(() => isSelected(id)).value;
  const unread = (marks & 1) === 1;
  const unknown = (marks & 2) === 2;
  useEffect(() => {
    if (unknown) void loadMark(id);
  }, [id, unknown]);
  if (!view) return null;
  meet(view);
  const name = customerName(view);
  return (
    <div
      class="row-place"
      role="listitem"
      aria-setsize={length}
      aria-posinset={index + 1}
      style={{ transform: `translateY(${top}px)` }}
    >
      <a
        class={`row${chosen ? " chosen" : ""}${unread ? " unread" : ""}${taken ? " taken" : ""}`}
        href={`/c/${view.number}`}
        data-row={id}
        aria-current={chosen ? "page" : undefined}
        onPointerEnter={() => prefetchSoon(view)}
        onPointerLeave={prefetchNone}
        onFocus={() => setTimeout(() => prefetch(view))}
        onClick={(event) => {
          if (!event.shiftKey) return;
          event.preventDefault();
          selectTo(id);
        }}
      >
        <Avatar id={view.contact.id} name={view.contact.name} />
        <span class="row-body">
          <span class="row-head">
            {unread && (
              <span class="row-dot">
                <span class="only-heard">{t("unread")}</span>
              </span>
            )}
            <span class="row-name">{name}</span>
            <OnSite id={id} />
            <span class="row-when">
              <Moment at={view.last_at} as="short" />
            </span>
          </span>
          <Preview view={view} />
          <Foot view={view} />
        </span>
      </a>
      <Box id={id} name={name} taken={taken} />
    </div>
  );
}

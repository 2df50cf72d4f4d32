import { useComputed } from "@preact/signals";
import { useEffect, useState } from "preact/hooks";
import type { ConversationView } from "../../../wire";
import { setSubject, tag } from "../../commands";
import { discard, retry } from "../../commands/outbox";
import { look } from "../../commands/signals";
import { isComposing } from "../../../shared/keys";
import { prefer, preferences } from "../../preferences";
import { known } from "../../store";
import { accountOf, conversationOf, legOf, tagsOf } from "../../store/select";
import type { Pending } from "../../store/state";
import { useDeferred } from "../../ui/after-paint";
import { Avatar } from "../../ui/avatar";
import { ChannelIcon } from "../../ui/channel-icon";
import { Icon } from "../../ui/icons";
import { Later } from "../../ui/later";
import { Empty, Failed, Skeleton } from "../../ui/states";
import { problemText, t, type WordKey } from "../../words";
import { ContextSide } from "../context/side";
import { Participants } from "../mail/participants";
import { customerName } from "../names";
import { chosenId, findAgain, finding } from "../shell/chosen";
import { WatchChip } from "../notices/watching";
import { BackToList } from "../shell/back";
import { WorkedChip } from "../parts";
import { TagChip } from "../tags";
import { AssignPicker, CloseButton, MoreActs, PriorityPicker, SnoozePicker, TagPicker, TeamPicker } from "./acts";
import { LightboxPlace } from "./attachments";
import { Composer } from "../composer/composer";
import { SplitBar } from "./split-bar";
import { stopChoosing } from "./selection";
import { Thread } from "./thread";
import { CustomerHere, Looking } from "./typing";

function Subject({ view }: { view: ConversationView }) {
  const [text, setText] = useState<string | null>(null);
  const save = () => {
    if (text !== null && text.trim() !== view.subject) void setSubject(view.id, text.trim());
    setText(null);
  };
  return (
    <input
      class="subject"
      value={text ?? view.subject}
      placeholder={t("subject.none")}
      aria-label={t("subject")}
      maxLength={300}
      onInput={(event) => setText(event.currentTarget.value)}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === "Enter" && !isComposing(event)) event.currentTarget.blur();
        if (event.key === "Escape") setText(null);
      }}
    />
  );
}

/** Acts that failed come back here, to the conversation they were meant for. Messages come back to their own rows. */
function FailedActs({ view }: { view: ConversationView }) {
  const { pending, threads } = known;
  const isHere = ({ args }: Pending) =>
    args.conversation === view.id ||
    args.contact === view.contact.id ||
    threads.get(view.id)?.rows.some((row) => row.message.id === args.message);
  const failed = pending.filter(
    (one) => one.state === "failed" && one.name !== "reply" && one.name !== "note" && isHere(one),
  );
  return (
    <>
      {failed.map((one) => (
        <div key={one.id} class="banner bad" role="alert">
          <Icon name="warning" size={16} />
          <span>
            {t("act.failed", {
              act: t(`act.${one.name}` as WordKey),
              reason: one.problem ? problemText(one.problem) : "",
            })}
          </span>
          <button type="button" class="button small" onClick={() => retry(one.id)}>
            {t("try_again")}
          </button>
          <button type="button" class="button small" onClick={() => discard(one.id)}>
            {t("dismiss")}
          </button>
        </div>
      ))}
    </>
  );
}

/** Whose it is and what it is filed under: each part is also the way to change it. */
function Properties({ view }: { view: ConversationView }) {
  const tags = tagsOf(known, view);
  return (
    <div class="head-tags">
      <AssignPicker view={view} />
      {view.worked && <WorkedChip view={view} />}
      <TeamPicker view={view} />
      <PriorityPicker view={view} />
      <WatchChip view={view} />
      {tags.map((one) => (
        <TagChip key={one.id} tag={one} remove={() => void tag(view.id, [], [one.id])} />
      ))}
      <TagPicker view={view} />
    </div>
  );
}

function Head({ view, side, toggleSide }: { view: ConversationView; side: boolean; toggleSide: () => void }) {
  const name = customerName(view);
  return (
    <header class="conversation-head">
      <div class="head-top">
        <BackToList />
        <Avatar id={view.contact.id} name={view.contact.name} />
        <div class="head-who">
          <div class="head-line">
            <h1 class="head-name" title={name}>
              <span class="head-contact">{name}</span>
              {view.contact.blocked && <span class="badge bad">{t("blocked")}</span>}
            </h1>
            <CustomerHere conversation={view.id} />
          </div>
          <div class="head-what">
            <ChannelIcon account={accountOf(known, legOf(view, view.leg))} size={14} />
            <span class="head-number">#{view.number}</span>
            {/* Here and not among the properties: there one more would push the last into another line, and all below. */}
            {view.status !== "open" && (
              <span class={`badge status-${view.status}`}>{t(`status.${view.status}` as WordKey)}</span>
            )}
            <Subject view={view} />
          </div>
        </div>
        <Looking conversation={view.id} />
        <Later name="acts" place={<div class="head-acts" />}>
          <div class="head-acts">
            <SnoozePicker view={view} />
            <CloseButton key={view.id} view={view} />
            <MoreActs view={view} />
            <button
              type="button"
              class="button quiet square"
              aria-pressed={side}
              aria-label={t("context.toggle")}
              data-act="side"
              title={t("context.toggle")}
              onClick={toggleSide}
            >
              <Icon name="side" />
            </button>
          </div>
        </Later>
      </div>
      <Later name="properties" place={<div class="head-tags" />}>
        <Properties view={view} />
      </Later>
      <Participants view={view} />
    </header>
  );
}

const NARROW = "(max-width: 1179px)"; // conversation.css puts the side over the conversation below this width

/** On wide screens the side is a column an agent keeps; on narrow ones a sheet that is opened and closed. */
function useSide(id: string): [boolean, () => void, boolean] {
  const [sheet, setSheet] = useState(false);
  const [narrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const change = () => setNarrow(query.matches);
    query.addEventListener("change", change);
    return () => query.removeEventListener("change", change);
  }, []);
  useEffect(() => setSheet(false), [id]);
  if (narrow) return [sheet, () => setSheet(!sheet), true];
  return [preferences.value.context, () => prefer({ context: !preferences.value.context }), false];
}

function OpenConversation({ id }: { id: string }) {
  // Asked by the signal, not by `id`: what is computed is computed anew only when a signal in it changes.
  const view = useComputed(() => (chosenId.value === null ? undefined : conversationOf(known, chosenId.value))).value;
  const [side, toggleSide, isSheet] = useSide(id);
  // Drawn in pieces, so that no task holds the page up: the history follows its head by a frame, and where somebody
  // walks on quicker than that it is spared.
  const opened = useDeferred<string, null>(id, null);
  const before = useComputed(() => (opened === null ? undefined : conversationOf(known, opened))).value;
  const told = opened === id ? view : before;
  useEffect(() => {
    look(id);
    return stopChoosing;
  }, [id]);
  useEffect(() => () => look(null), []);
  if (!view) return null;
  return (
    <>
      <section
        class="conversation"
        id="main-column"
        aria-label={t("conversation.label", { name: customerName(view), number: view.number })}
      >
        <Head view={view} side={side} toggleSide={toggleSide} />
        <FailedActs view={view} />
        {told ? (
          <Later name="thread" place={<div class="thread-place" />}>
            <Thread view={told} />
          </Later>
        ) : (
          <div class="thread-place" />
        )}
        <SplitBar view={view} />
        {view.status === "spam" || view.erased ? (
          <p class="composer-instead">{t(view.erased ? "composer.erased" : "composer.spam")}</p>
        ) : opened === null ? (
          <div class="composer composer-place" />
        ) : (
          <Later name="composer" place={<div class="composer-place" />}>
            <Composer key={id} view={view} />
          </Later>
        )}
      </section>
      {side && <ContextSide view={view} close={toggleSide} isSheet={isSheet} />}
      <LightboxPlace key={id} conversation={id} />
    </>
  );
}

export function ConversationPane() {
  const id = chosenId.value;
  if (id) return <OpenConversation id={id} />;
  return (
    <section class="conversation" id="main-column">
      <div class="only-phone pane-head">
        <BackToList />
      </div>
      {finding.value === "missing" && (
        <Empty icon="search" title={t("conversation.missing")}>
          {t("conversation.missing_more")}
        </Empty>
      )}
      {finding.value === "unreachable" && <Failed text={t("conversation.failed")} retry={findAgain} />}
      {(finding.value === "looking" || finding.value === "found") && <Skeleton kind="bubble" rows={6} />}
    </section>
  );
}

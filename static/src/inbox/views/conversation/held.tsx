// A reply that has not gone yet: how long there is to take it back, and the way back into the composer.

import { useMemo, useState } from "preact/hooks";
import { clock, exact, startOfDay } from "../../../shared/time";
import type { ConversationView, HeldView, MessageView, ProblemView, Undone } from "../../../wire";
import { newestHeld, sendLater, sendNow, undoSend } from "../../commands/held";
import { draftOf, keepDraft } from "../../commands/drafts";
import { go } from "../../router";
import { known, state } from "../../store";
import { Icon } from "../../ui/icons";
import { Popover } from "../../ui/popover";
import { toast } from "../../ui/toasts";
import { language, problemText, t } from "../../words";
import { now } from "../../clock";
import { actorName } from "../names";
import { chosenId } from "../shell/chosen";
import { bringBack } from "../composer/along";
import { answeringOf } from "../mail/answering";
import { letterOf } from "../mail/letter";
import { askForTemplate } from "../composer/templates/asked";
import { templateIn } from "./content/read";
import { focusComposer, placeOf, setMode } from "./composing";
import { replyingTo } from "./selection";
import { Times } from "./times";
import { giveBack } from "./uploads";

/** Its words, files and quote go back to where they came from, above what is there now. */
function putBack(conversation: string, message: MessageView, undone?: Partial<Undone>): void {
  const sent = templateIn(message.content);
  if (sent) {
    setMode(conversation, "public");
    const view = known.conversations.get(conversation);
    if (chosenId.value !== conversation && view) go(`/c/${view.number}`);
    return askForTemplate(conversation, sent);
  }
  const words = [message.text, draftOf(conversation, "public")].filter(Boolean).join("\n\n");
  setMode(conversation, "public");
  keepDraft(conversation, "public", words);
  giveBack(placeOf(conversation, "public"), message.attachments);
  bringBack(placeOf(conversation, "public"), undone?.macro ?? null, undone?.actions ?? null, letterOf(message.envelope, answeringOf(conversation, message.leg)));
  const quoted = known.threads.get(conversation)?.rows.find((row) => row.message.id === message.reply_to);
  if (quoted) replyingTo.value = { conversation, message: quoted.message };
  const view = known.conversations.get(conversation);
  if (chosenId.value !== conversation && view) go(`/c/${view.number}`);
  focusComposer();
}

export function undoHeld(conversation: string, message: MessageView): void {
  undoSend(message.id).then(
    (undone) => putBack(conversation, message, undone as Partial<Undone>),
    (problem: ProblemView) => {
      // Taken back already, and the answer was lost on its way: what is here is all there is of it.
      if (problem.text === "errors.reply_undone") putBack(conversation, message);
      else toast(problemText(problem), { bad: true });
    },
  );
}

/** By key: the newest of one's own that can still be taken back; false when there is none. */
export function undoNewestHeld(): boolean {
  const newest = newestHeld();
  if (newest) undoHeld(newest.conversation, newest.message);
  return newest !== null;
}

function letGo(message: MessageView): void {
  sendNow(message.id).catch((problem: ProblemView) => toast(problemText(problem), { bad: true }));
}

/** It goes at another time. */
function AnotherTime({ message }: { message: MessageView }) {
  const [open, setOpen] = useState(false);
  const choose = (at: number) => {
    setOpen(false);
    sendLater(message.id, at).catch((problem: ProblemView) => toast(problemText(problem), { bad: true }));
  };
  return (
    <Popover
      open={open}
      setOpen={setOpen}
      label={t("later.change")}
      act="send-later"
      side="end"
      faceClass="button small quiet"
      face={t("later.change")}
    >
      {open && <Times word={t("later.do")} choose={choose} />}
    </Popover>
  );
}

/** Empties as the time runs out; the server's clock counts. */
function Ring({ from, until }: { from: number; until: number }) {
  const style = useMemo(() => {
    const passed = Math.max(0, Date.now() + state.peek().skew - from);
    return { "--held-for": `${Math.max(until - from, 1)}ms`, "--held-since": `${-passed}ms` };
  }, [from, until]);
  return (
    <svg class="held-ring" viewBox="0 0 20 20" width="14" height="14" aria-hidden="true" style={style}>
      <circle class="held-track" cx="10" cy="10" r="8" />
      <circle class="held-left" cx="10" cy="10" r="8" pathLength={100} />
    </svg>
  );
}

/** The time alone where it is today's. */
function whenWords(at: number): string {
  return startOfDay(at) === startOfDay(now.value) ? clock(at, language.value) : exact(at, language.value);
}

interface HeldFootProps {
  view: ConversationView;
  message: MessageView;
  held: HeldView;
}

/** What stands below a held reply, instead of time and ticks. */
export function HeldFoot({ view, message, held }: HeldFootProps) {
  const own = message.author.id === known.me?.id;
  const { problem } = held;
  return (
    <div class={problem ? "bubble-foot held-foot bad" : "bubble-foot held-foot"} role={problem ? "alert" : "group"}>
      {held.until === null ? (
        <Icon name="warning" size={14} />
      ) : held.chosen ? (
        <Icon name="clock" size={14} />
      ) : (
        <Ring key={held.until} from={message.at} until={held.until} />
      )}
      <span>
        {problem
          ? t("held.stopped", { reason: problemText({ ...problem, status: 422 }) })
          : held.chosen && held.until !== null
            ? t("held.at", { at: whenWords(held.until) })
            : own
              ? t("held.own")
              : t("held.theirs", { name: actorName(message.author) })}
      </span>
      {(own || (held.chosen && known.me?.role !== "agent")) && (
        <span class="held-acts">
          <button
            type="button"
            class="button small"
            data-act="undo-send"
            aria-keyshortcuts="Control+Z Meta+Z"
            onClick={() => undoHeld(view.id, message)}
          >
            {t(problem ? "edit" : held.chosen ? "held.cancel" : "undo")}
          </button>
          {held.chosen && !problem && <AnotherTime message={message} />}
          <button type="button" class="button small quiet" data-act="send-now" onClick={() => letGo(message)}>
            {problem ? t("try_again") : t("held.now")}
          </button>
        </span>
      )}
    </div>
  );
}

// A message of ours that did not arrive, or of which nobody knows: why, and what can be done about it now.

import type { ConversationView, FailureView, MessageView, ProblemView, RecipientView } from "../../../wire";
import { letBe, sendAgain, switchLeg } from "../../commands";
import { draftOf, keepDraft } from "../../commands/drafts";
import { known } from "../../store";
import { accountOf, choiceFor, legOf } from "../../store/select";
import { Icon } from "../../ui/icons";
import { toast } from "../../ui/toasts";
import { problemText, t } from "../../words";
import { askForTemplate } from "../composer/templates/asked";
import { WayButton } from "../composer/way-button";
import { besideRefusal, type Other, useOtherWays } from "../composer/ways";
import { focusComposer, setMode } from "./composing";

const OFFERED = 3; // other ways beside a failure; the composer has them all

function refused(problem: ProblemView): void {
  toast(problemText(problem), { bad: true });
}

/** The button goes with its press; whoever came by key goes on from the message. */
function keepFocus(button: HTMLElement): void {
  button.closest<HTMLElement>("article")?.focus({ preventScroll: true });
}

/** Its words stand in the composer, to go by another of the person's ways. */
function writeBy(view: ConversationView, way: Other, message: MessageView): void {
  const written = draftOf(view.id, "public");
  setMode(view.id, "public");
  if (!written.includes(message.text)) keepDraft(view.id, "public", [message.text, written].filter(Boolean).join("\n\n"));
  way.go();
  focusComposer();
}

function Others({ view, ways, message }: { view: ConversationView; ways: readonly Other[]; message: MessageView }) {
  return (
    <>
      {ways.slice(0, OFFERED).map((way) => (
        <WayButton key={way.id} way={way} take={() => writeBy(view, way, message)} />
      ))}
    </>
  );
}

function Again({ message, quiet = false }: { message: MessageView; quiet?: boolean }) {
  return (
    <button
      type="button"
      class={quiet ? "button small quiet" : "button small"}
      data-act="send-again"
      onClick={(event) => {
        keepFocus(event.currentTarget);
        sendAgain(message.id).catch(refused);
      }}
    >
      <Icon name="again" size={14} />
      {t("trouble.again")}
    </button>
  );
}

function Template({ view, message }: { view: ConversationView; message: MessageView }) {
  const leg = legOf(view, message.leg);
  if (!leg || accountOf(known, leg)?.capabilities.templates !== true) return null;
  const ask = () => {
    setMode(view.id, "public");
    if (view.leg !== leg.id) void switchLeg(view.id, leg.id);
    askForTemplate(view.id);
  };
  return (
    <button type="button" class="button small" onClick={ask}>
      <Icon name="template" size={14} />
      {t("template.choose")}
    </button>
  );
}

/** What the words of the failure do not say: what an agent can do, or who can. */
function nextWords({ then }: FailureView, others: number): string {
  if (then === "account") return t(known.me?.role === "admin" ? "trouble.then.admin" : "trouble.then.account");
  if (then === "again") return "";
  return others > 0 ? "" : t("trouble.then.nothing");
}

/** Whom of several it did not reach, and why. */
function Unreached({ message, people }: { message: MessageView; people: readonly RecipientView[] }) {
  return (
    <>
      <Icon name="warning" size={14} />
      <ul class="trouble-words trouble-people">
        {people.map(({ identity, name, address, failure }) => (
          <li key={identity}>
            {t("trouble.failed_to", {
              name: name || address || t("mail.erased"),
              reason: problemText({ text: failure?.text ?? "delivery.failed", params: {}, status: 422 }),
            })}
            {failure?.code && <span class="trouble-code"> {t("trouble.code", { code: failure.code })}</span>}
          </li>
        ))}
      </ul>
      <span class="trouble-acts">
        <Again message={message} quiet={people.every(({ failure }) => failure?.then !== "again")} />
        {isOpen(message) && <Leave message={message} quiet />}
      </span>
    </>
  );
}

function Failed({ view, message }: { view: ConversationView; message: MessageView }) {
  const recipients = message.envelope?.recipients ?? [];
  const unreached = recipients.filter((one) => one.delivery === "failed");
  if (recipients.length > 1 && unreached.length > 0) return <Unreached message={message} people={unreached} />;
  return <FailedAlone view={view} message={message} />;
}

function FailedAlone({ view, message }: { view: ConversationView; message: MessageView }) {
  const failure = message.failure ?? { text: "delivery.failed", code: null, then: "again" };
  const [others] = besideRefusal(view, message.leg, useOtherWays(view, message.leg, failure.then !== "again"));
  const offersTemplate =
    failure.then === "window" && accountOf(known, legOf(view, message.leg))?.capabilities.templates === true;
  const reason = problemText({ text: failure.text, params: {}, status: 422 });
  return (
    <>
      <Icon name="warning" size={14} />
      <span class="trouble-words">
        {t("trouble.failed", { reason })} {nextWords(failure, others.length + Number(offersTemplate))}
        {failure.code && <span class="trouble-code"> {t("trouble.code", { code: failure.code })}</span>}
      </span>
      <span class="trouble-acts">
        {failure.then === "again" && <Again message={message} />}
        {failure.then === "window" && <Template view={view} message={message} />}
        <Others view={view} ways={others} message={message} />
        {failure.then === "account" && <Again message={message} quiet />}
        {failure.then === "account" && known.me?.role === "admin" && (
          <a class="button small" href="/settings/accounts">
            {t("trouble.accounts")}
          </a>
        )}
        {isOpen(message) && <Leave message={message} quiet />}
      </span>
    </>
  );
}

/** Does it stand in the list of what did not arrive? */
const isOpen = (message: MessageView) => message.trouble === true && choiceFor(known.pending, message.id) === undefined;

/** Has somebody decided to leave it, since it was last sent? */
function isLeft(view: ConversationView, message: MessageView): boolean {
  if (message.trouble) return choiceFor(known.pending, message.id) === "let_be";
  const lines = known.threads.get(view.id)?.lines ?? [];
  const chosen = lines.findLast((line) => line.kind === "message.delivery" && line.changes.message === message.id);
  return chosen?.changes.choice === "let_be";
}

/** It is no trouble any more, and what comes after it waits no more. */
function Leave({ message, quiet = false }: { message: MessageView; quiet?: boolean }) {
  return (
    <button
      type="button"
      class={quiet ? "button small quiet" : "button small"}
      data-act="let-be"
      onClick={(event) => {
        keepFocus(event.currentTarget);
        letBe(message.id).catch(refused);
      }}
    >
      {t("trouble.leave")}
    </button>
  );
}

function Unknown({ view, message }: { view: ConversationView; message: MessageView }) {
  const left = isLeft(view, message);
  return (
    <>
      <Icon name="question" size={14} />
      <span class="trouble-words">{t(left ? "trouble.left" : "trouble.unknown")}</span>
      <span class="trouble-acts">
        <Again message={message} quiet={left} />
        {!left && (
          <Leave message={message} />
        )}
      </span>
    </>
  );
}

/** Stands below the bubble for as long as it is so. */
export function Trouble({ view, message }: { view: ConversationView; message: MessageView }) {
  const failed = message.delivery === "failed";
  return (
    <div class={failed ? "trouble bad" : "trouble"} role="group" aria-label={t(failed ? "tick.failed" : "tick.unknown")}>
      {failed ? <Failed view={view} message={message} /> : <Unknown view={view} message={message} />}
    </div>
  );
}

import type { ConversationView } from "../../../wire";
import { discard, retry } from "../../commands/outbox";
import { known } from "../../store";
import { accountOf, legOf } from "../../store/select";
import type { Pending } from "../../store/state";
import { AgentAvatar } from "../../ui/avatar";
import { Icon } from "../../ui/icons";
import { problemText, t } from "../../words";
import { keysIn } from "../mail/marks";
import { Attachments } from "./attachments";
import { takeBack } from "./composing";
import { MessageText } from "./text";

/** Was the reply stopped because somebody answered in the meantime? */
export function isStopped(one: Pending): boolean {
  return (
    one.state === "failed" &&
    (one.problem?.text === "errors.stale_reply" || one.problem?.type.endsWith("stale_reply") === true)
  );
}

function Failure({ one, view }: { one: Pending; view: ConversationView }) {
  return (
    <div class="pending-failed" role="alert">
      <Icon name="warning" size={14} />
      <span>{t("pending.failed", { reason: one.problem ? problemText(one.problem) : "" })}</span>
      <span class="pending-acts">
        <button type="button" class="button small" onClick={() => retry(one.id)}>
          {t("try_again")}
        </button>
        <button type="button" class="button small" onClick={() => takeBack(view.id, one)}>
          {t("edit")}
        </button>
        <button type="button" class="button small" onClick={() => discard(one.id)}>
          {t("discard")}
        </button>
      </span>
    </div>
  );
}

/** What it will say. */
export function pendingWords(one: Pending): string {
  return one.words ?? String(one.args.text ?? "");
}

/** A message of this tab's that the server has not stored yet. */
export function PendingRow({ one, view, opens }: { one: Pending; view: ConversationView; opens: boolean }) {
  const side = one.name === "note" ? "note" : "us";
  const { me, connection } = known;
  const failed = one.state === "failed" && !isStopped(one);
  const text = pendingWords(one);
  const account = accountOf(known, legOf(view, view.leg));
  const letter = side === "us" && (account?.capabilities.recipients ?? 1) > 1;
  const placed = letter ? keysIn(text) : null;
  return (
    <article
      class={`bubble-row ${side} pending ends${opens ? " opens" : ""}`}
      data-key={one.id}
      aria-label={t("pending.label")}
    >
      <span class="bubble-face">{opens && me && <AgentAvatar agent={me} size="small" />}</span>
      <div class="bubble-column">
        {side === "note" && opens && (
          <header class="bubble-head">
            <span class="note-word">
              <Icon name="lock" size={12} />
              {t("note")}
            </span>
          </header>
        )}
        <div class={failed ? "bubble bad" : "bubble"}>
          {text && (
            <MessageText
              text={text}
              marked={side === "note" || account?.capabilities.formatting === "markdown"}
              letter={letter ? one.files : undefined}
              mentions={(one.args.mentions as string[] | undefined) ?? []}
            />
          )}
          <Attachments files={placed ? one.files.filter((file) => !placed.has(file.id)) : one.files} />
        </div>
        {failed ? (
          <Failure one={one} view={view} />
        ) : (
          <footer class="bubble-foot">
            <Icon name="clock" size={13} />
            {isStopped(one)
              ? t("pending.stopped")
              : connection === "online"
                ? t("pending.sending")
                : t("pending.waiting")}
          </footer>
        )}
      </div>
    </article>
  );
}

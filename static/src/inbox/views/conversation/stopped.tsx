import type { ConversationView } from "../../../wire";
import { discard, retry, seenOf } from "../../commands/outbox";
import { known } from "../../store";
import { accountOf, legOf } from "../../store/select";
import { Icon } from "../../ui/icons";
import { Moment } from "../../ui/moment";
import { count, t } from "../../words";
import { actorName } from "../names";
import { takeBack } from "./composing";
import { isStopped, pendingWords } from "./pending-row";
import { stoodIn } from "./seen";
import { carriesMarks, MessageText } from "./text";

/** A reply that crossed somebody else's: what they wrote, and the choice. Nothing goes out by itself. */
export function Stopped({ view }: { view: ConversationView }) {
  const one = known.pending.find((pending) => pending.args.conversation === view.id && isStopped(pending));
  if (!one) return null;
  const { me } = known;
  const rows = known.threads.get(view.id)?.rows ?? [];
  const unseen = rows
    .map((row) => row.message)
    .filter((message) => message.visibility === "public" && message.position > seenOf(one))
    .filter((message) => !(message.author.kind === "agent" && message.author.id === me?.id));
  // What came since is news; what had stood there when the page was opened was only not come to yet.
  const stood = stoodIn(view.id);
  const since = unseen.filter((message) => message.position > stood);
  const newer = since.length > 0 ? since : unseen;
  const earlier = unseen.length - newer.length;
  // "Send anyway" means: knowing what stands here. Whatever is newer still stops it again.
  const shown = Math.max(seenOf(one), Number(one.problem?.params.position ?? 0), ...unseen.map((it) => it.position));
  const name = String(one.problem?.params.name || (newer[0] && actorName(newer[0].author)) || t("somebody"));
  const title = t(unseen.length > 0 && since.length === 0 ? "stopped.unseen" : "stopped.title", { name });
  return (
    <section class="stopped" role="alertdialog" aria-label={title}>
      <p class="stopped-title">
        <Icon name="warning" size={16} />
        {title}
      </p>
      {earlier > 0 && <p class="faint">{count("stopped.earlier", earlier)}</p>}
      {newer.slice(-3).map((message) => (
        <div key={message.id} class="stopped-newer">
          <b>{actorName(message.author)}</b> <Moment at={message.at} />
          <MessageText
            text={message.text || t("preview.other")}
            marked={carriesMarks(message, accountOf(known, legOf(view, message.leg)))}
          />
        </div>
      ))}
      <p class="stopped-own">
        <b>{t("stopped.own")}</b> {pendingWords(one)}
      </p>
      <div class="form-acts">
        <button type="button" class="button" onClick={() => discard(one.id)}>
          {t("discard")}
        </button>
        <button type="button" class="button" onClick={() => takeBack(view.id, one)}>
          {t("edit")}
        </button>
        <button type="button" class="button primary" onClick={() => retry(one.id, { seen: shown })}>
          {t("stopped.anyway")}
        </button>
      </div>
    </section>
  );
}

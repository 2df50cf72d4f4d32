import type { AttemptView, DeliveryAnswer, DeliveryView } from "../../../wire";
import { post } from "../../api";
import { Dialog } from "../../ui/dialog";
import { Moment } from "../../ui/moment";
import { Problem } from "../../ui/problem";
import { Failed, Skeleton } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { count, t } from "../../words";
import { Snippet } from "./copy";
import { useFetched } from "./fetched";
import { useSending } from "./form";
import { DeliveryBadge, kindWords, problemWords } from "./webhook-words";

function Attempt({ attempt }: { attempt: AttemptView }) {
  const outcome = attempt.problem === null ? t("webhooks.taken") : problemWords(attempt.problem, attempt.status);
  return (
    <li>
      <span>
        {t("webhooks.try", { n: attempt.number })} · <Moment at={attempt.at} /> · {outcome}
        {attempt.problem === null && attempt.status !== null && ` (${attempt.status})`}
        {attempt.ms !== null && ` · ${t("webhooks.ms", { n: attempt.ms })}`}
      </span>
      {attempt.excerpt && <code class="parked-detail">{attempt.excerpt}</code>}
    </li>
  );
}

function Whole({ answer }: { answer: DeliveryAnswer }) {
  const { delivery, attempts, payload } = answer;
  return (
    <>
      <p>
        <DeliveryBadge delivery={delivery} /> <code>{delivery.webhook_id}</code>
        {delivery.number !== null && (
          <>
            {" · "}
            <a href={`/c/${delivery.number}`}>{t("webhooks.conversation", { number: delivery.number })}</a>
          </>
        )}
      </p>
      <h3>{count("webhooks.tries", delivery.attempts)}</h3>
      {attempts.length === 0 ? (
        <p class="faint">{t("webhooks.no_tries")}</p>
      ) : (
        <ol class="webhook-attempts">
          {attempts.map((one) => (
            <Attempt key={one.number} attempt={one} />
          ))}
        </ol>
      )}
      <h3>{t("webhooks.payload")}</h3>
      {payload === null ? (
        <p class="faint">{t("webhooks.no_payload")}</p>
      ) : (
        <>
          <p class="faint">{t("webhooks.payload_more")}</p>
          <Snippet text={JSON.stringify(payload, null, 2)} label={t("webhooks.payload")} />
        </>
      )}
    </>
  );
}

interface WebhookDeliveryProps {
  delivery: DeliveryView;
  close: () => void;
  sent: () => void;
}

/** One delivery: every try with what came back, what it says, and sending it again. */
export function WebhookDelivery({ delivery, close, sent }: WebhookDeliveryProps) {
  const [fetched, again] = useFetched<DeliveryAnswer>(`/webhooks/deliveries/${delivery.id}`);
  const { busy, problem, send } = useSending();
  const isDone = delivery.state !== "waiting" && delivery.state !== "sending";
  const redeliver = async () => {
    await post(`/webhooks/deliveries/${delivery.id}/redeliver`);
    toast(t("webhooks.redelivering"));
    sent();
  };
  return (
    <Dialog title={kindWords(delivery.kind)} close={close} wide>
      <div class="form parked-call">
        {fetched.phase === "asked" && <Skeleton kind="line" rows={5} />}
        {fetched.phase === "failed" && <Failed text={fetched.text} retry={again} />}
        {fetched.phase === "ready" && <Whole answer={fetched.value} />}
        <Problem text={problem} />
        {isDone && (
          <div class="form-acts">
            <button type="button" class="button primary" disabled={busy} onClick={() => void send(redeliver)}>
              {t("webhooks.redeliver")}
            </button>
          </div>
        )}
      </div>
    </Dialog>
  );
}

import { useEffect, useState } from "preact/hooks";
import type { DeliveriesPage, DeliveryView, WebhookView } from "../../../wire";
import { get } from "../../api";
import { now } from "../../clock";
import { ChoiceRow } from "../../ui/choice-row";
import { Moment } from "../../ui/moment";
import { Empty, Failed, Skeleton } from "../../ui/states";
import { count, t } from "../../words";
import { usePages } from "./pages";
import { WebhookDelivery } from "./webhook-delivery";
import { DeliveryBadge, kindWords, problemWords } from "./webhook-words";

type Which = "all" | "open" | "failed" | "delivered";

const WHICH: readonly Which[] = ["all", "open", "failed", "delivered"];
const LOOKS_AGAIN = 4000; // ms between two looks while something is on its way

async function page(hook: string, which: Which, before: string | null) {
  const told = await get<DeliveriesPage>(`/webhooks/${hook}/deliveries`, { state: which, before });
  return { rows: told.deliveries, before: told.before };
}

function Row({ delivery, look }: { delivery: DeliveryView; look: () => void }) {
  const problem = delivery.state === "delivered" ? "" : problemWords(delivery.problem, delivery.status);
  return (
    <li class="rows-row">
      <span class="rows-main">
        <b>{kindWords(delivery.kind)}</b> <DeliveryBadge delivery={delivery} />
        <span class="rows-under faint">
          <Moment at={delivery.at} />
          {delivery.attempts > 0 && ` · ${count("webhooks.tries", delivery.attempts)}`}
          {delivery.status !== null && delivery.problem !== "status" && ` · ${delivery.status}`}
          {delivery.ms !== null && ` · ${t("webhooks.ms", { n: delivery.ms })}`}
          {problem && ` · ${problem}`}
          {delivery.due_at !== null && delivery.due_at > now.value && delivery.attempts > 0 && (
            <>
              {" "}
              · {t("webhooks.next")} <Moment at={delivery.due_at} />
            </>
          )}
        </span>
      </span>
      <span class="rows-acts">
        {delivery.number !== null && (
          <a class="button small" href={`/c/${delivery.number}`} aria-label={t("webhooks.conversation", { number: delivery.number })}>
            #{delivery.number}
          </a>
        )}
        <button type="button" class="button small" onClick={look}>
          {t("webhooks.look")}
        </button>
      </span>
    </li>
  );
}

/** What became of what was sent, the newest first; looked at again while something is on its way. */
export function WebhookDeliveries({ hook, round, again }: { hook: WebhookView; round: number; again: () => void }) {
  const [which, setWhich] = useState<Which>("all");
  const [looked, setLooked] = useState<DeliveryView | null>(null);
  const { rows, before, phase, problem, ask } = usePages(
    (from) => page(hook.id, which, from),
    `${hook.id} ${which} ${round}`,
    true,
  );
  const moving = hook.state === "active" && (hook.waiting > 0 || hook.behind > 0);
  useEffect(() => {
    if (!moving) return;
    const timer = setInterval(again, LOOKS_AGAIN);
    return () => clearInterval(timer);
  }, [moving]);
  return (
    <section aria-label={t("webhooks.deliveries")}>
      <h3 class="webhook-deliveries">{t("webhooks.deliveries")}</h3>
      <div class="settings-bar">
        <ChoiceRow
          label={t("webhooks.deliveries")}
          name="deliveries"
          choices={WHICH.map((id) => ({ id, label: t(`webhooks.which.${id}`) }))}
          chosen={which}
          choose={setWhich}
        />
        <button type="button" class="button small" onClick={again}>
          {t("webhooks.refresh")}
        </button>
      </div>
      {rows.length > 0 && (
        <ul class="rows card" aria-busy={phase === "asked"}>
          {rows.map((one) => (
            <Row key={one.id} delivery={one} look={() => setLooked(one)} />
          ))}
        </ul>
      )}
      {phase === "asked" && rows.length === 0 && <Skeleton kind="line" rows={4} />}
      {phase === "failed" && <Failed text={problem} retry={() => void ask(null)} />}
      {phase === "ready" && rows.length === 0 && (
        <Empty icon="send" title={t("webhooks.no_deliveries")}>
          {t("webhooks.no_deliveries_more")}
        </Empty>
      )}
      {phase === "ready" && before && (
        <button type="button" class="button" onClick={() => void ask(before)}>
          {t("search.more")}
        </button>
      )}
      {looked && (
        <WebhookDelivery
          delivery={looked}
          close={() => setLooked(null)}
          sent={() => {
            setLooked(null);
            again();
          }}
        />
      )}
    </section>
  );
}

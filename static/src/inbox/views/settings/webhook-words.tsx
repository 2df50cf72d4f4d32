// What a webhook's endpoint and its deliveries are called and how they stand, in words.

import type { DeliveryView, WebhookView } from "../../../wire";
import { Moment } from "../../ui/moment";
import { count, t, type WordKey } from "../../words";

const PROBLEMS = [
  "timeout",
  "connection",
  "name",
  "tls",
  "private",
  "redirect",
  "status",
  "interrupted",
  "trimmed",
  "unwanted",
];

export function nameOf(hook: WebhookView): string {
  return hook.label || hook.url;
}

/** `message.created` in words; a kind this page does not know is named as it stands. */
export function kindWords(kind: string): string {
  const key = `webhooks.kind.${kind}`;
  const said = t(key as WordKey);
  return said === key ? kind : said;
}

/** Why a try was not taken, with the status where there is one. */
export function problemWords(problem: string | null, status: number | null): string {
  if (problem === null) return "";
  if (problem === "status" && status !== null) return t("webhooks.problem.status", { status });
  return t((PROBLEMS.includes(problem) ? `webhooks.problem.${problem}` : "webhooks.problem.connection") as WordKey);
}

function isFailing(hook: WebhookView): boolean {
  return hook.state === "active" && hook.failing_since !== null;
}

export function StateBadge({ hook }: { hook: WebhookView }) {
  if (isFailing(hook)) return <span class="badge bad">{t("webhooks.failing")}</span>;
  const good = hook.state === "active" ? " good" : hook.state === "disabled" ? " bad" : "";
  return <span class={`badge${good}`}>{t(`webhooks.state.${hook.state}` as WordKey)}</span>;
}

/** What an admin should know of it; nothing while all is well. */
export function Trouble({ hook }: { hook: WebhookView }) {
  const off = hook.state === "disabled" && hook.reason !== null;
  return (
    <>
      {off && <span class="rows-under form-problem">{t(`webhooks.off.${hook.reason}` as WordKey)}</span>}
      {isFailing(hook) && hook.failing_since !== null && (
        <span class="rows-under form-problem">
          {t("webhooks.failing_since")} <Moment at={hook.failing_since} />
        </span>
      )}
      {hook.lost > 0 && <span class="rows-under form-problem">{count("webhooks.lost", hook.lost)}</span>}
    </>
  );
}

export function DeliveryBadge({ delivery }: { delivery: DeliveryView }) {
  const { state } = delivery;
  const look = state === "delivered" ? " good" : state === "failed" ? " bad" : "";
  return <span class={`badge${look}`}>{t(`webhooks.delivery.${state}` as WordKey)}</span>;
}

import { useState } from "preact/hooks";
import type { Webhooks as Listed, WebhookSecret, WebhookView } from "../../../wire";
import { Icon } from "../../ui/icons";
import { Moment } from "../../ui/moment";
import { Empty, Failed, Skeleton } from "../../ui/states";
import { t } from "../../words";
import { useFetched } from "./fetched";
import { ShownOnce } from "./form";
import { changes } from "./told";
import { WebhookDetail } from "./webhook-detail";
import { WebhookForm } from "./webhook-form";
import { nameOf, StateBadge, Trouble } from "./webhook-words";

function Row({ hook, look }: { hook: WebhookView; look: () => void }) {
  return (
    <li class="rows-row webhook-row">
      <span class="rows-main">
        <b>{nameOf(hook)}</b> <StateBadge hook={hook} />
        {hook.label && <span class="rows-under faint webhook-url">{hook.url}</span>}
        <span class="rows-under faint">
          {hook.taken_at === null ? (
            t("webhooks.never")
          ) : (
            <>
              {t("webhooks.last")} <Moment at={hook.taken_at} />
            </>
          )}
        </span>
        <Trouble hook={hook} />
      </span>
      <span class="rows-acts">
        <button type="button" class="button small" onClick={look}>
          {t("webhooks.look")}
          <span class="only-heard"> {nameOf(hook)}</span>
        </button>
      </span>
    </li>
  );
}

/** Where other programs are told what happens here, and how that goes. */
export function Webhooks() {
  const [fetched, again] = useFetched<Listed>("/webhooks", changes.webhook.value);
  const [making, setMaking] = useState(false);
  const [looked, setLooked] = useState<string | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  const made = ({ webhook, secret }: WebhookSecret) => {
    setSecret(secret);
    setLooked(webhook.id);
    again();
  };
  if (fetched.phase === "asked") return <Skeleton kind="line" rows={6} />;
  if (fetched.phase === "failed") return <Failed text={fetched.text} retry={again} />;
  const { webhooks, kinds, most } = fetched.value;
  const shown = webhooks.find((one) => one.id === looked);
  return (
    <>
      {shown ? (
        <WebhookDetail
          hook={shown}
          kinds={kinds}
          again={again}
          rotated={setSecret}
          back={() => {
            setLooked(null);
            again();
          }}
        />
      ) : (
        <>
          <p class="faint">{t("webhooks.more")}</p>
          <div class="settings-bar">
            <button
              type="button"
              class="button primary"
              disabled={webhooks.length >= most}
              onClick={() => setMaking(true)}
            >
              <Icon name="plus" size={15} />
              {t("webhooks.make")}
            </button>
          </div>
          {webhooks.length === 0 && (
            <Empty icon="link" title={t("webhooks.none")}>
              {t("webhooks.none_more")}
            </Empty>
          )}
          {webhooks.length > 0 && (
            <ul class="rows card">
              {webhooks.map((one) => (
                <Row key={one.id} hook={one} look={() => setLooked(one.id)} />
              ))}
            </ul>
          )}
        </>
      )}
      {making && <WebhookForm hook={null} kinds={kinds} close={() => setMaking(false)} made={made} />}
      {secret && (
        <ShownOnce
          title={t("webhooks.secret")}
          text={t("webhooks.secret_more")}
          secret={secret}
          close={() => setSecret(null)}
        />
      )}
    </>
  );
}

import { useState } from "preact/hooks";
import type { PingAnswer, SkippedWebhook, WebhookSecret, WebhookView } from "../../../wire";
import { patch, post, problemOf, remove } from "../../api";
import { ConfirmDialog } from "../../ui/confirm";
import { Icon } from "../../ui/icons";
import { Moment } from "../../ui/moment";
import { toast } from "../../ui/toasts";
import { count, problemText, t } from "../../words";
import { WebhookDeliveries } from "./webhook-deliveries";
import { WebhookForm } from "./webhook-form";
import { WebhookReplay } from "./webhook-replay";
import { WebhookRotate } from "./webhook-rotate";
import { kindWords, nameOf, problemWords, StateBadge, Trouble } from "./webhook-words";

type Asked = "edit" | "replay" | "rotate" | "skip" | "remove" | null;

interface WebhookDetailProps {
  hook: WebhookView;
  kinds: readonly string[];
  again: () => void;
  rotated: (secret: string) => void;
  back: () => void;
}

function Facts({ hook }: { hook: WebhookView }) {
  const said = [
    t(hook.words ? "webhooks.with_words" : "webhooks.without_words"),
    t(hook.notes ? "webhooks.with_notes" : "webhooks.without_notes"),
  ];
  return (
    <dl class="facts">
      <dt>{t("webhooks.url")}</dt>
      <dd class="webhook-url">{hook.url}</dd>
      <dt>{t("webhooks.kinds")}</dt>
      <dd>{hook.kinds.map(kindWords).join(" · ")}</dd>
      <dt>{t("webhooks.what")}</dt>
      <dd>{said.join(" · ")}</dd>
      <dt>{t("webhooks.queue")}</dt>
      <dd>
        {count("webhooks.waiting", hook.waiting)}
        {hook.failed > 0 && ` · ${count("webhooks.failed", hook.failed)}`}
        {hook.state !== "active" && hook.behind > 0 && ` · ${count("webhooks.behind", hook.behind)}`}
      </dd>
      {hook.rest_until !== null && (
        <>
          <dt>{t("webhooks.rests")}</dt>
          <dd>
            <Moment at={hook.rest_until} />
          </dd>
        </>
      )}
      {hook.former_until !== null && (
        <>
          <dt>{t("webhooks.former")}</dt>
          <dd>
            <Moment at={hook.former_until} />
          </dd>
        </>
      )}
    </dl>
  );
}

/** One endpoint: how it stands, what can be done with it, and what became of what was sent there. */
export function WebhookDetail({ hook, kinds, again, rotated, back }: WebhookDetailProps) {
  const [asked, setAsked] = useState<Asked>(null);
  const [round, setRound] = useState(0);
  const [busy, setBusy] = useState(false);
  const path = `/webhooks/${hook.id}`;
  const done = () => {
    setRound((n) => n + 1);
    again();
  };
  const act = async (run: () => Promise<unknown>) => {
    setBusy(true);
    try {
      await run();
    } catch (error) {
      toast(problemText(problemOf(error)), { bad: true });
    }
    setBusy(false);
    done();
  };
  const ping = () =>
    act(async () => {
      const { taken, status, ms, problem } = await post<PingAnswer>(`${path}/ping`);
      if (taken) toast(t("webhooks.ping_taken", { status: status ?? 0, ms: ms ?? 0 }));
      else toast(t("webhooks.ping_failed", { problem: problemWords(problem, status) }), { bad: true });
    });
  const turn = () => act(() => patch(path, { state: hook.state === "active" ? "paused" : "active" }));
  const skip = () =>
    act(async () => {
      const { dropped } = await post<SkippedWebhook>(`${path}/skip`);
      toast(count("webhooks.skipped", dropped));
    });
  const close = () => setAsked(null);
  return (
    <>
      <section class="card webhook">
        <header class="webhook-head">
          <button type="button" class="button quiet square" aria-label={t("webhooks.back")} onClick={back}>
            <Icon name="back" />
          </button>
          <h3 class="card-title">
            {nameOf(hook)} <StateBadge hook={hook} />
          </h3>
        </header>
        <Trouble hook={hook} />
        <Facts hook={hook} />
        <div class="webhook-acts">
          <button type="button" class={hook.state === "active" ? "button" : "button primary"} disabled={busy} onClick={() => void turn()}>
            <Icon name={hook.state === "active" ? "pause" : "play"} size={15} />
            {t(hook.state === "active" ? "webhooks.pause" : "webhooks.resume")}
          </button>
          <button type="button" class="button" disabled={busy} onClick={() => void ping()}>
            <Icon name="send" size={15} />
            {t("webhooks.ping")}
          </button>
          <button type="button" class="button" onClick={() => setAsked("edit")}>
            {t("edit")}
          </button>
          <button type="button" class="button" onClick={() => setAsked("replay")}>
            {t("webhooks.replay")}
          </button>
          <button type="button" class="button" onClick={() => setAsked("rotate")}>
            {t("webhooks.rotate")}
          </button>
          {hook.waiting + hook.behind > 0 && (
            <button type="button" class="button" onClick={() => setAsked("skip")}>
              {t("webhooks.skip")}
            </button>
          )}
          <button type="button" class="button danger-quiet" onClick={() => setAsked("remove")}>
            {t("webhooks.remove")}
          </button>
        </div>
      </section>
      <WebhookDeliveries hook={hook} round={round} again={done} />
      {asked === "edit" && <WebhookForm hook={hook} kinds={kinds} close={() => (close(), done())} made={done} />}
      {asked === "replay" && <WebhookReplay hook={hook} close={close} done={done} />}
      {asked === "rotate" && (
        <WebhookRotate
          hook={hook}
          close={close}
          done={(answer: WebhookSecret) => {
            rotated(answer.secret);
            done();
          }}
        />
      )}
      {asked === "skip" && (
        <ConfirmDialog
          title={t("webhooks.skip")}
          text={t("webhooks.skip_sure")}
          yes={t("webhooks.skip")}
          bad
          close={close}
          run={() => void skip()}
        />
      )}
      {asked === "remove" && (
        <ConfirmDialog
          title={t("webhooks.remove")}
          text={t("webhooks.remove_sure", { name: nameOf(hook) })}
          yes={t("webhooks.remove")}
          bad
          close={close}
          run={() => void act(() => remove(path)).then(back)}
        />
      )}
    </>
  );
}

import { useState } from "preact/hooks";
import type { ReplayedWebhook, WebhookView } from "../../../wire";
import { post } from "../../api";
import { Dialog } from "../../ui/dialog";
import { toast } from "../../ui/toasts";
import { count, t } from "../../words";
import { ChoiceRow } from "../../ui/choice-row";
import { Form } from "./form";

type Only = "failed" | "all";
const DAY = 86_400_000; // ms

/** For a `datetime-local` field: this browser's own time, to the minute. */
function asField(at: number): string {
  const moment = new Date(at);
  return new Date(at - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

interface WebhookReplayProps {
  hook: WebhookView;
  close: () => void;
  done: () => void;
}

/** Sends again what came since a time: what failed, or all of it. */
export function WebhookReplay({ hook, close, done }: WebhookReplayProps) {
  const [only, setOnly] = useState<Only>("failed");
  const [since, setSince] = useState(asField(Date.now() - DAY));
  const at = new Date(since).getTime();
  const save = async () => {
    const { failed } = await post<ReplayedWebhook>(`/webhooks/${hook.id}/replay`, { since: at, only });
    toast(failed === null ? t("webhooks.replaying") : count("webhooks.replaying_failed", failed));
  };
  return (
    <Dialog title={t("webhooks.replay_now")} close={close}>
      <Form
        label={t("webhooks.replay_now")}
        cancel={close}
        disabled={!Number.isFinite(at)}
        save={save}
        done={() => {
          close();
          done();
        }}
      >
        <ChoiceRow
          label={t("webhooks.replay")}
          name="only"
          choices={[
            { id: "failed", label: t("webhooks.only_failed") },
            { id: "all", label: t("webhooks.only_all") },
          ]}
          chosen={only}
          choose={setOnly}
        />
        <label class="field">
          <span>{t("webhooks.since")}</span>
          <input
            class="input"
            type="datetime-local"
            value={since}
            max={asField(Date.now())}
            onInput={(event) => setSince(event.currentTarget.value)}
          />
        </label>
        <p class="faint">{t(only === "all" ? "webhooks.replay_all_more" : "webhooks.replay_failed_more")}</p>
        {hook.state !== "active" && <p class="form-note">{t("webhooks.replay_paused")}</p>}
      </Form>
    </Dialog>
  );
}

import { useState } from "preact/hooks";
import type { WebhookSecret, WebhookView } from "../../../wire";
import { post } from "../../api";
import { Dialog } from "../../ui/dialog";
import { count, t } from "../../words";
import { Form } from "./form";

const OVERLAPS = [24, 72, 168, 0] as const; // hours

interface WebhookRotateProps {
  hook: WebhookView;
  close: () => void;
  done: (answer: WebhookSecret) => void;
}

/** Another secret, and for how long the former goes on signing beside it. */
export function WebhookRotate({ hook, close, done }: WebhookRotateProps) {
  const [overlap, setOverlap] = useState<number>(OVERLAPS[0]);
  const save = async () =>
    done(await post<WebhookSecret>(`/webhooks/${hook.id}/secret`, { overlap_hours: overlap }));
  return (
    <Dialog title={t("webhooks.rotate")} close={close}>
      <Form label={t("webhooks.rotate")} cancel={close} save={save} done={close}>
        <p>{t("webhooks.rotate_more")}</p>
        <label class="field">
          <span>{t("webhooks.overlap")}</span>
          <select
            class="input"
            value={overlap}
            onChange={(event) => setOverlap(Number(event.currentTarget.value))}
          >
            {OVERLAPS.map((one) => (
              <option key={one} value={one}>
                {one === 0 ? t("webhooks.overlap_none") : count("webhooks.hours", one)}
              </option>
            ))}
          </select>
        </label>
      </Form>
    </Dialog>
  );
}

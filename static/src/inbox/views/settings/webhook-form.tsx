import { useState } from "preact/hooks";
import type { ChangeWebhook, MakeWebhook, WebhookSecret, WebhookView } from "../../../wire";
import { patch, post } from "../../api";
import { Dialog } from "../../ui/dialog";
import { t } from "../../words";
import { Checks } from "./checks";
import { Form } from "./form";
import { kindWords } from "./webhook-words";

const USUAL = ["message.created", "conversation.created", "conversation.changed", "contact.erased"];

interface WebhookFormProps {
  /** null: a new one. */
  hook: WebhookView | null;
  kinds: readonly string[];
  close: () => void;
  made: (answer: WebhookSecret) => void;
}

/** Where to, what of, and with which words. */
export function WebhookForm({ hook, kinds, close, made }: WebhookFormProps) {
  const [url, setUrl] = useState(hook?.url ?? "");
  const [label, setLabel] = useState(hook?.label ?? "");
  const [chosen, setChosen] = useState<string[]>(hook?.kinds ?? USUAL);
  const [words, setWords] = useState(hook?.words ?? true);
  const [notes, setNotes] = useState(hook?.notes ?? false);
  const body: MakeWebhook & ChangeWebhook = { url: url.trim(), label: label.trim(), kinds: chosen, words, notes };
  const save = async () => {
    if (hook) await patch(`/webhooks/${hook.id}`, body);
    else made(await post<WebhookSecret>("/webhooks", body));
  };
  return (
    <Dialog title={t(hook ? "webhooks.edit" : "webhooks.make")} close={close}>
      <Form label={t("save")} cancel={close} disabled={!url.trim() || chosen.length === 0} save={save} done={close}>
        <label class="field">
          <span>{t("webhooks.url")}</span>
          <input
            class="input mono"
            type="url"
            inputMode="url"
            autocomplete="off"
            spellcheck={false}
            maxLength={2048}
            value={url}
            onInput={(event) => setUrl(event.currentTarget.value)}
          />
          <small class="faint">{t("webhooks.url_more")}</small>
        </label>
        <label class="field">
          <span>{t("webhooks.label")}</span>
          <input
            class="input"
            maxLength={120}
            value={label}
            placeholder={t("webhooks.label_hint")}
            onInput={(event) => setLabel(event.currentTarget.value)}
          />
        </label>
        <Checks
          legend={t("webhooks.kinds")}
          choices={kinds.map((kind) => ({ id: kind, label: kindWords(kind) }))}
          chosen={chosen}
          change={setChosen}
          none=""
        />
        <fieldset class="field webhook-words">
          <legend>{t("webhooks.what")}</legend>
          <label class="check">
            <input type="checkbox" checked={words} onChange={(event) => setWords(event.currentTarget.checked)} />
            <span>
              {t("webhooks.words")}
              <small class="faint">{t("webhooks.words_more")}</small>
            </span>
          </label>
          <label class="check">
            <input type="checkbox" checked={notes} onChange={(event) => setNotes(event.currentTarget.checked)} />
            <span>
              {t("webhooks.notes")}
              <small class="faint">{t("webhooks.notes_more")}</small>
            </span>
          </label>
        </fieldset>
      </Form>
    </Dialog>
  );
}

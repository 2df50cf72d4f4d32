// What stands below an agent's mails, in the language of whoever reads them.

import { useState } from "preact/hooks";
import { patch } from "../../api";
import { known } from "../../store";
import { toast } from "../../ui/toasts";
import { t } from "../../words";
import { takesSeveral } from "../composer/sending";
import { Form } from "./form";

const MOST = 1000; // characters, as inbox/commands/private.py bounds them
const LANGUAGES = ["en", "ko"] as const;
type Signed = Record<(typeof LANGUAGES)[number], string>;

function signed(): Signed {
  const { en = "", ko = "" } = (known.preferences.signature ?? {}) as Partial<Signed>;
  return { en, ko };
}

export function Signature() {
  const before = signed();
  const [own, setOwn] = useState<Signed | null>(null);
  if (!known.directory.accounts.some((account) => takesSeveral({ account }))) return null;
  const shown = own ?? before;
  const isChanged = LANGUAGES.some((one) => shown[one].trim() !== before[one].trim());
  return (
    <section class="card">
      <h3 class="card-title">{t("signature")}</h3>
      <p class="faint">{t("signature.more")}</p>
      <Form
        label={t("save")}
        disabled={!isChanged}
        save={() => {
          const [en, ko] = [shown.en.trim(), shown.ko.trim()];
          return patch("/session/preferences", { values: { signature: en || ko ? { en, ko } : null } });
        }}
        done={() => toast(t("signature.saved"))}
      >
        {LANGUAGES.map((one) => (
          <label key={one} class="field">
            <span>{t(`signature.${one}`)}</span>
            <textarea
              class="input area"
              rows={3}
              lang={one}
              dir="auto"
              maxLength={MOST}
              value={shown[one]}
              onInput={(event) => setOwn({ ...shown, [one]: event.currentTarget.value })}
            />
          </label>
        ))}
      </Form>
    </section>
  );
}

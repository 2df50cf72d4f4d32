// The way to a second factor: the password once more, then the app that shows the codes, then the first of them.

import { useState } from "preact/hooks";
import type { FactorBegun, RecoveryCodes } from "../../../wire";
import { post, put } from "../../api";
import { Dialog } from "../../ui/dialog";
import { PasswordField } from "../../ui/password-field";
import { t } from "../../words";
import { CopyButton } from "./copy";
import { CodeField, isCode, plain } from "./factor-code";
import { Form } from "./form";
import { QrCode } from "./qr";

/** Whoever finds a screen unlocked must not make themselves its key: the password is asked for once more. */
export function ShowPassword({ close, done }: { close: () => void; done: (factor: FactorBegun) => void }) {
  const [password, setPassword] = useState("");
  return (
    <Dialog title={t("totp.title")} close={close}>
      <Form
        label={t("totp.on")}
        cancel={close}
        disabled={!password}
        save={async () => done(await post<FactorBegun>("/session/totp", { password }))}
      >
        <p>{t("totp.password_more")}</p>
        <PasswordField label={t("password")} kind="current-password" value={password} change={setPassword} />
      </Form>
    </Dialog>
  );
}

export function ConfirmFactor({
  factor,
  cancel,
  done,
}: {
  factor: FactorBegun;
  cancel: () => void;
  done: (codes: readonly string[]) => void;
}) {
  const [code, setCode] = useState("");
  return (
    <Form
      label={t("totp.confirm")}
      disabled={!isCode(code)}
      cancel={cancel}
      save={async () => done((await put<RecoveryCodes>("/session/totp", { code: plain(code) })).codes)}
    >
      <ol class="steps">
        <li>{t("totp.step_app")}</li>
        <li>
          {t("totp.step_scan")}
          <QrCode text={factor.uri} label={t("totp.qr")} />
          <details class="by-hand">
            <summary>{t("totp.by_hand")}</summary>
            <p>{t("totp.step_key")}</p>
            <code class="totp-secret">{factor.secret.replace(/(.{4})/g, "$1 ").trim()}</code>
            <CopyButton text={factor.secret} small />
          </details>
          <a class="totp-uri" href={factor.uri} data-leave>
            {t("totp.open_app")}
          </a>
        </li>
        <li>{t("totp.step_code")}</li>
      </ol>
      <CodeField code={code} change={setCode} recovery={false} />
    </Form>
  );
}

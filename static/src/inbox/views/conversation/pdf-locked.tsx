// A PDF that opens with a password: asked for here, told to nobody else, forgotten when it is closed.

import { useEffect, useRef, useState } from "preact/hooks";
import type { AttachmentView } from "../../../wire";
import { Icon } from "../../ui/icons";
import { PasswordField } from "../../ui/password-field";
import { t } from "../../words";
import { Download } from "./download";
import type { Lock } from "./pdf-document";

export function Locked({ file, lock }: { file: AttachmentView; lock: Lock }) {
  const [password, setPassword] = useState("");
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    setPassword("");
    form.current?.querySelector("input")?.focus();
  }, [lock]);
  return (
    <form
      ref={form}
      class="pdf-none"
      onSubmit={(event) => {
        event.preventDefault();
        lock.open(password);
      }}
    >
      <Icon name="lock" size={26} />
      <p>{t("pdf.locked")}</p>
      <PasswordField label={t("password")} kind="off" required value={password} change={setPassword} />
      <p class="pdf-wrong" role="alert">
        {lock.wrong && t("pdf.wrong")}
      </p>
      <div class="pdf-ways">
        <button type="submit" class="button primary">
          {t("pdf.open")}
        </button>
        <Download file={file} />
      </div>
    </form>
  );
}

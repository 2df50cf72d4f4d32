import { useState } from "preact/hooks";
import { Dialog } from "../../ui/dialog";
import { Problem } from "../../ui/problem";
import { t } from "../../words";
import { CopyButton } from "./copy";
import { Form } from "./form";

/** They are shown this once, so closing asks to have kept them. */
export function RecoveryDialog({ codes, close }: { codes: readonly string[]; close: () => void }) {
  const [kept, setKept] = useState(false);
  const [insisted, setInsisted] = useState(false);
  const text = codes.join("\n");
  const file = `data:text/plain;charset=utf-8,${encodeURIComponent(`${t("recovery.title")} · Parley\n\n${text}\n`)}`;
  return (
    <Dialog title={t("recovery.title")} close={() => (kept ? close() : setInsisted(true))}>
      <Form label={t("done")} disabled={!kept} save={() => Promise.resolve()} done={close}>
        <p>{t("recovery.more")}</p>
        <ol class="recovery" aria-label={t("recovery.title")}>
          {codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </ol>
        <div class="form-acts start">
          <CopyButton text={text} label={t("recovery.copy")} />
          <a class="button" href={file} download="parley-recovery-codes.txt">
            {t("recovery.download")}
          </a>
        </div>
        <label class="check">
          <input type="checkbox" checked={kept} onChange={(event) => setKept(event.currentTarget.checked)} />
          <span>{t("recovery.kept")}</span>
        </label>
        <Problem text={insisted && !kept && t("recovery.keep_first")} />
      </Form>
    </Dialog>
  );
}

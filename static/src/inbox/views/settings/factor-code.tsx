// The code of a second factor, from the app or one of those for recovery, and what is done with one.

import { useState } from "preact/hooks";
import { Dialog } from "../../ui/dialog";
import { t } from "../../words";
import { Form } from "./form";

const SHORTEST = 6; // digits

/** As the server takes it: people write it in groups. */
export const plain = (code: string) => code.replace(/\s/g, "");

export const isCode = (code: string) => plain(code).length >= SHORTEST;

export function CodeField({ code, change, recovery }: { code: string; change: (code: string) => void; recovery: boolean }) {
  return (
    <label class="field">
      <span>{t("sign_in.code")}</span>
      <input
        class="input code"
        inputMode={recovery ? "text" : "numeric"}
        autocomplete="one-time-code"
        maxLength={recovery ? 24 : 10}
        value={code}
        onInput={(event) => change(event.currentTarget.value)}
      />
      {recovery && <small class="faint">{t("totp.or_recovery")}</small>}
    </label>
  );
}

interface CodeDialogProps {
  /** What it is asked for, which is also the button's word. */
  title: string;
  text: string;
  close: () => void;
  send: (code: string) => Promise<unknown>;
}

/** Asks for a code before something that only its owner may do. */
export function CodeDialog({ title, text, close, send }: CodeDialogProps) {
  const [code, setCode] = useState("");
  return (
    <Dialog title={title} close={close}>
      <Form label={title} cancel={close} disabled={!isCode(code)} save={() => send(plain(code))}>
        <p>{text}</p>
        <CodeField code={code} change={setCode} recovery />
      </Form>
    </Dialog>
  );
}

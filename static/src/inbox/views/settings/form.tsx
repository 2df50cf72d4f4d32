import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { problemOf } from "../../api";
import { Dialog } from "../../ui/dialog";
import { Problem } from "../../ui/problem";
import { problemText, t } from "../../words";

/** One thing sent at a time; its failure stays beside the button that caused it. */
export function useSending(): {
  busy: boolean;
  problem: string | null;
  send: (act: () => Promise<unknown>) => Promise<boolean>;
} {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const send = async (act: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true);
    setProblem(null);
    try {
      await act();
      return true;
    } catch (error) {
      setProblem(problemText(problemOf(error)));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, send };
}

interface FormProps {
  save: () => Promise<unknown>;
  done?: () => void;
  label: string;
  disabled?: boolean;
  cancel?: () => void;
  children: ComponentChildren;
}

export function Form({ save, done, label, disabled = false, cancel, children }: FormProps) {
  const { busy, problem, send } = useSending();
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void send(save).then((worked) => worked && done?.());
      }}
    >
      {children}
      <Problem text={problem} />
      <div class="form-acts">
        {cancel && (
          <button type="button" class="button" onClick={cancel}>
            {t("cancel")}
          </button>
        )}
        <button type="submit" class="button primary" disabled={busy || disabled}>
          {label}
        </button>
      </div>
    </form>
  );
}

/** A secret that is shown once: a link to hand on, a token to copy. */
export function ShownOnce({
  title,
  text,
  secret,
  close,
}: {
  title: string;
  text: string;
  secret: string;
  close: () => void;
}) {
  const [copied, setCopied] = useState(false);
  return (
    <Dialog title={title} close={close}>
      <div class="form">
        <p>{text}</p>
        <div class="secret">
          <input
            class="input mono"
            readOnly
            value={secret}
            aria-label={title}
            onFocus={(event) => event.currentTarget.select()}
          />
          <button
            type="button"
            class="button"
            onClick={() => void navigator.clipboard?.writeText(secret).then(() => setCopied(true))}
          >
            {t(copied ? "copied" : "copy")}
          </button>
        </div>
        <div class="form-acts">
          <button type="button" class="button primary" onClick={close}>
            {t("done")}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

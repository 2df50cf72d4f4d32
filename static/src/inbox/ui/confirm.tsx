import { useState } from "preact/hooks";
import { t } from "../words";
import { Dialog } from "./dialog";

interface ConfirmProps {
  title: string;
  text: string;
  yes: string;
  bad?: boolean;
  /** What must be typed before it may happen. */
  typed?: string;
  close: () => void;
  run: () => void;
}

/** Asks before something that cannot be taken back. */
export function ConfirmDialog({ title, text, yes, bad = false, typed, close, run }: ConfirmProps) {
  const [said, setSaid] = useState("");
  const ready = typed === undefined || said.trim() === typed;
  return (
    <Dialog title={title} close={close}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!ready) return;
          run();
          close();
        }}
      >
        <p>{text}</p>
        {typed !== undefined && (
          <label class="field">
            <span>{t("confirm.type", { word: typed })}</span>
            <input
              class="input"
              value={said}
              autocomplete="off"
              onInput={(event) => setSaid(event.currentTarget.value)}
            />
          </label>
        )}
        <div class="form-acts">
          <button type="button" class="button" onClick={close}>
            {t("cancel")}
          </button>
          <button type="submit" class={bad ? "button danger" : "button primary"} disabled={!ready}>
            {yes}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

import { useState } from "preact/hooks";
import type { MessageView } from "../../../wire";
import { editMessage } from "../../commands";
import { Dialog } from "../../ui/dialog";
import { t } from "../../words";

export function EditMessage({ message, close }: { message: MessageView; close: () => void }) {
  const [text, setText] = useState(message.text);
  return (
    <Dialog title={t("message.edit")} close={close}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (text.trim() && text !== message.text) void editMessage(message.id, text.trim());
          close();
        }}
      >
        <textarea
          class="input area"
          rows={6}
          value={text}
          aria-label={t("message.edit")}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <div class="form-acts">
          <button type="button" class="button" onClick={close}>
            {t("cancel")}
          </button>
          <button type="submit" class="button primary" disabled={!text.trim()}>
            {t("save")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

import { useState } from "preact/hooks";
import type { ConversationView, ProblemView } from "../../../wire";
import { start } from "../../commands";
import { go } from "../../router";
import { known } from "../../store";
import { accountOf } from "../../store/select";
import { ChannelIcon } from "../../ui/channel-icon";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icons";
import { language, problemText, t } from "../../words";

/** The ways by which this person may be written to first. */
function waysOf(view: ConversationView) {
  return view.legs.filter((leg) => {
    const account = accountOf(known, leg);
    return account?.state === "active" && account.capabilities.may_start && leg.opted_out_at === null;
  });
}

function StartDialog({ view, close }: { view: ConversationView; close: () => void }) {
  const ways = waysOf(view);
  const [leg, setLeg] = useState(ways[0]);
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const send = async () => {
    if (!leg) return;
    setBusy(true);
    try {
      const number = await start(leg.account, leg.identity.id, text.trim());
      close();
      go(`/c/${number}`);
    } catch (refusal) {
      setProblem(problemText(refusal as ProblemView));
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("start.title")} close={close}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <p class="faint">{t("start.more")}</p>
        {ways.map((way) => {
          const account = accountOf(known, way);
          return (
            <label key={way.id} class="radio">
              <input type="radio" name="way" checked={way.id === leg?.id} onChange={() => setLeg(way)} />
              <ChannelIcon account={account} />
              {account?.label[language.value]}
            </label>
          );
        })}
        <textarea
          class="input area"
          rows={5}
          value={text}
          aria-label={t("composer.reply")}
          placeholder={t("composer.reply_hint")}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        {problem && (
          <p class="form-problem" role="alert">
            {problem}
          </p>
        )}
        <div class="form-acts">
          <button type="button" class="button" onClick={close}>
            {t("cancel")}
          </button>
          <button type="submit" class="button primary" disabled={busy || !leg || !text.trim()}>
            {t("composer.send")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Begins another conversation with the same person, where a channel of theirs allows it. */
export function StartConversation({ view }: { view: ConversationView }) {
  const [open, setOpen] = useState(false);
  if (view.contact.blocked || view.contact.erased || waysOf(view).length === 0) return null;
  return (
    <>
      <button type="button" class="button" onClick={() => setOpen(true)}>
        <Icon name="plus" size={15} />
        {t("start.title")}
      </button>
      {open && <StartDialog view={view} close={() => setOpen(false)} />}
    </>
  );
}

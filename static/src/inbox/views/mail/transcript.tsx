// A copy of what was said, by mail to somebody who took part.

import { useState } from "preact/hooks";
import type { ConversationView } from "../../../wire";
import { problemOf } from "../../api";
import { sendTranscript } from "../../commands";
import { ChannelIcon } from "../../ui/channel-icon";
import { Dialog } from "../../ui/dialog";
import { Problem } from "../../ui/problem";
import { toast } from "../../ui/toasts";
import { language, problemText, t } from "../../words";
import { AddressField } from "../context/address-field";
import { mailing } from "../context/starters";
import { knownIn, leftBy } from "./known";

export function TranscriptDialog({ view, close }: { view: ConversationView; close: () => void }) {
  const accounts = mailing();
  const [id, setId] = useState(accounts[0]?.id ?? "");
  const [address, setAddress] = useState(() => knownIn(view)[0]?.address ?? leftBy(view)[0] ?? "");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await sendTranscript(view.id, id, address.trim());
      close();
      toast(t("transcript.sent", { address: address.trim() }));
    } catch (error) {
      setProblem(problemText(problemOf(error)));
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("transcript")} close={close}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <p class="faint">{t("transcript.more")}</p>
        {accounts.length > 1 && (
          <div class="start-ways" role="radiogroup" aria-label={t("composer.leg")}>
            {accounts.map((one) => (
              <label key={one.id} class="radio">
                <input type="radio" name="account" checked={one.id === id} onChange={() => setId(one.id)} />
                <ChannelIcon account={one} />
                {one.label[language.value]}
              </label>
            ))}
          </div>
        )}
        <AddressField account={accounts.find((one) => one.id === id)} value={address} change={setAddress} />
        <Problem text={problem} />
        <div class="form-acts">
          <button type="button" class="button" onClick={close}>
            {t("cancel")}
          </button>
          <button type="submit" class="button primary" disabled={busy || !address.trim()}>
            {t("transcript.send")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

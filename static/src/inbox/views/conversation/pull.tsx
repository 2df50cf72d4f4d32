// Working a conversation in a channel outside, too, and giving it back.

import { useState } from "preact/hooks";
import type { ConversationView } from "../../../wire";
import { problemOf } from "../../api";
import { giveBack, pullOut } from "../../commands";
import { known } from "../../store";
import { Dialog } from "../../ui/dialog";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { problemText, t } from "../../words";
import { useFetched } from "../settings/fetched";
import { takenBy } from "./worked";

interface Channels {
  channels: readonly { id: string; name: string }[];
}

export function PullDialog({ view, close }: { view: ConversationView; close: () => void }) {
  const place = known.limits.places[0] ?? { name: "", label: "" };
  const worked = view.worked?.find((one) => one.place === place.name);
  const [fetched] = useFetched<Channels>(`/places/${place.name}/channels`);
  const [chosen, setChosen] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const channels = fetched.phase === "ready" ? fetched.value.channels : [];
  const to = chosen || (channels[0]?.id ?? "");
  const run = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await (worked ? giveBack(view.id, place.name) : pullOut(view.id, place.name, to));
      close();
      toast(t(worked ? "pull.given_back" : "pull.done", { number: view.number }));
    } catch (error) {
      setProblem(problemText(problemOf(error)));
      setBusy(false);
    }
  };
  return (
    <Dialog title={t(worked ? "worked.title" : "pull", { place: place.label })} close={close}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        {worked ? (
          <>
            <p>{t("pull.worked", { channel: worked.channel, name: takenBy(worked.by) })}</p>
            <p class="faint">{t("worked.back")}</p>
          </>
        ) : (
          <>
            <p class="faint">{t("pull.more")}</p>
            {fetched.phase === "asked" && <Skeleton kind="line" rows={2} />}
            {fetched.phase === "failed" && <Problem text={fetched.text} />}
            {fetched.phase === "ready" && channels.length === 0 && <p>{t("pull.no_channels")}</p>}
            <div class="start-ways" role="radiogroup" aria-label={t("pull.channel")}>
              {channels.map((one) => (
                <label key={one.id} class="radio">
                  <input type="radio" name="channel" checked={one.id === to} onChange={() => setChosen(one.id)} />
                  {one.name}
                </label>
              ))}
            </div>
          </>
        )}
        <Problem text={problem} />
        <div class="form-acts">
          <button type="button" class="button" onClick={close}>
            {t("cancel")}
          </button>
          <button type="submit" class="button primary" disabled={busy || (!worked && !to)}>
            {t(worked ? "pull.give_back" : "pull.do")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

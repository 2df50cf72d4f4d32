import { useState } from "preact/hooks";
import { backAt } from "../../shared/back";
import type { Chat, View } from "../chat";
import { t, words } from "../words";

/** Nobody is here to answer: says so, and takes an address to answer to. */
export function Away({ chat, view }: { chat: Chat; view: View }) {
  const [asked, setAsked] = useState(false);
  const { settings, address, team } = view;
  const text = settings?.away[words.language()] || t("away.text");
  return (
    <section class="away" aria-label={t("away.label")}>
      <p dir="auto">{text}</p>
      {team && !team.open && team.back_at && <p>{t(...backAt(team.back_at, Date.now(), words.language()))}</p>}
      {settings?.ask_email && (!address || asked) && <Ask chat={chat} address={address} done={() => setAsked(false)} />}
      {address && !asked && (
        <>
          <p role="status">{t("away.known", { address })}</p>
          {settings?.ask_email && (
            <button type="button" class="change" onClick={() => setAsked(true)}>{t("away.change")}</button>
          )}
        </>
      )}
    </section>
  );
}

function Ask({ chat, address, done }: { chat: Chat; address: string | null; done: () => void }) {
  const [state, setState] = useState<"asking" | "saving" | "failed">("asking");
  const leave = async (event: SubmitEvent) => {
    event.preventDefault();
    const email = new FormData(event.currentTarget as HTMLFormElement).get("email") as string;
    setState("saving");
    const stored = await chat.leaveAddress(email.trim());
    setState(stored ? "asking" : "failed");
    if (stored) done();
  };
  return (
    <form onSubmit={(event) => void leave(event)}>
      <label for="address">{t("away.ask")}</label>
      <div class="away-row">
        <input id="address" name="email" type="email" autocomplete="email" required maxLength={200} defaultValue={address ?? ""}
          placeholder={t("away.placeholder")} />
        <button class="go" disabled={state === "saving"}>{t("away.leave")}</button>
      </div>
      {state === "failed" && <p role="alert">{t("away.failed")}</p>}
    </form>
  );
}

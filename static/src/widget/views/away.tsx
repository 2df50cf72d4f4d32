import { useState } from "preact/hooks";
import { startOfDay } from "../../shared/time";
import type { Chat, View } from "../chat";
import { t, words } from "../words";

const DAY = 24 * 3600_000; // ms

/** Nobody is here to answer: says so, and takes an address to answer to. */
export function Away({ chat, view }: { chat: Chat; view: View }) {
  const [asked, setAsked] = useState(false);
  const { settings, address, team } = view;
  const text = settings?.away[words.language()] || t("away.text");
  return (
    <section class="away" aria-label={t("away.label")}>
      <p dir="auto">{text}</p>
      {team && !team.open && team.back_at && <p>{backAt(team.back_at)}</p>}
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

/** On the customer's own clock: today by the hour, within the week by its day, later by its date. */
function backAt(at: number): string {
  const language = words.language();
  const said = (form: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(language, form).format(at);
  const time = said({ hour: "numeric", minute: "2-digit" });
  const days = Math.round((startOfDay(at) - startOfDay(Date.now())) / DAY);
  if (days === 0) return t("away.back_today", { time });
  return t("away.back", { day: said(days < 7 ? { weekday: "long" } : { month: "long", day: "numeric" }), time });
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

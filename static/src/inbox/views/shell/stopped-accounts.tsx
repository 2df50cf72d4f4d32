// Accounts whose provider does not take our credentials: what is written waits until somebody has mended them.

import { useState } from "preact/hooks";
import type { AccountView, ProblemView } from "../../../wire";
import { resumeAccount } from "../../commands";
import { route } from "../../router";
import { known } from "../../store";
import { Icon } from "../../ui/icons";
import { toast } from "../../ui/toasts";
import { language, problemText, t, type WordKey } from "../../words";

const AUTH_FAILED = "auth_failed"; // as gateway/stream/outbox_lease.py says it

/** What is written by it waits. */
export function isStuck(account: AccountView | undefined): boolean {
  return account?.reason === AUTH_FAILED;
}

function Stuck({ account }: { account: AccountView }) {
  const [busy, setBusy] = useState(false);
  const isAdmin = known.me?.role === "admin";
  const mended = () => {
    setBusy(true);
    resumeAccount(account.id)
      .catch((problem: ProblemView) => toast(problemText(problem), { bad: true }))
      .finally(() => setBusy(false));
  };
  return (
    <div class="banner bad" role="status">
      <span>
        <Icon name="warning" size={14} /> {t("stuck.banner", { channel: account.label[language.value] })}{" "}
        {t(isAdmin ? "stuck.banner_admin" : "stuck.banner_agent")}
      </span>
      {isAdmin && (
        <>
          <button type="button" class="button small" disabled={busy} data-act="mended" onClick={mended}>
            {t("stuck.mended")}
          </button>
          <a class="button small quiet" href="/settings/accounts">
            {t("trouble.accounts")}
          </a>
        </>
      )}
    </div>
  );
}

/** Nothing comes in or goes out by it; told to who can mend it. */
function Unheard({ account, words }: { account: AccountView; words: WordKey }) {
  return (
    <div class="banner bad" role="status">
      <span>
        <Icon name="warning" size={14} /> {account.label[language.value]}: {t(words)}
      </span>
      <a class="button small quiet" href="/settings/accounts">
        {t("trouble.accounts")}
      </a>
    </div>
  );
}

export function StuckAccounts() {
  const place = route.value;
  // That page says more, and would lie behind them.
  const isThere = place.screen === "settings" && place.page === "accounts";
  const active = known.directory.accounts.filter((one) => one.state === "active");
  return (
    <>
      {known.me?.role === "admin" &&
        !isThere &&
        active.map((one) => [
          one.receiving && <Unheard key={`in ${one.id}`} account={one} words={`receiving.${one.receiving}`} />,
          one.sending && !isStuck(one) && <Unheard key={`out ${one.id}`} account={one} words={`sending.${one.sending}`} />,
        ])}
      {known.directory.accounts.filter(isStuck).map((account) => (
        <Stuck key={account.id} account={account} />
      ))}
    </>
  );
}

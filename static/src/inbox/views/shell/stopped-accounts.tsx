// Accounts whose provider does not take our credentials: what is written waits until somebody has mended them.

import { useState } from "preact/hooks";
import type { AccountView, ProblemView } from "../../../wire";
import { resumeAccount } from "../../commands";
import { known } from "../../store";
import { Icon } from "../../ui/icons";
import { toast } from "../../ui/toasts";
import { language, problemText, t } from "../../words";

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

/** Nothing comes in by it until somebody has mended it; told to who can. */
function Unheard({ account }: { account: AccountView }) {
  return (
    <div class="banner bad" role="status">
      <span>
        <Icon name="warning" size={14} /> {account.label[language.value]}: {t("receiving.auth_failed")}
      </span>
      <a class="button small quiet" href="/settings/accounts">
        {t("trouble.accounts")}
      </a>
    </div>
  );
}

export function StuckAccounts() {
  const unheard = ({ state, receiving }: AccountView) => state === "active" && receiving === AUTH_FAILED;
  return (
    <>
      {known.me?.role === "admin" &&
        known.directory.accounts.filter(unheard).map((account) => <Unheard key={`in ${account.id}`} account={account} />)}
      {known.directory.accounts.filter(isStuck).map((account) => (
        <Stuck key={account.id} account={account} />
      ))}
    </>
  );
}

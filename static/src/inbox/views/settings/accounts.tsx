import { largest } from "../../../shared/files";
import type { AccountView } from "../../../wire";
import { known } from "../../store";
import { ChannelIcon } from "../../ui/channel-icon";
import { Empty } from "../../ui/states";
import { language, t, type WordKey } from "../../words";

const ABILITIES = [
  "quoting",
  "editing",
  "typing_in",
  "typing_out",
  "read_in",
  "read_out",
  "delivery_states",
  "may_start",
] as const;

function Account({ account }: { account: AccountView }) {
  const can = ABILITIES.filter((name) => account.capabilities[name]);
  const files = largest(account.capabilities.attachments, "image/jpeg") > 0;
  return (
    <li class="rows-row">
      <ChannelIcon account={account} size={22} />
      <span class="rows-main">
        <b>{account.label[language.value]}</b> <code>{account.id}</code>{" "}
        <span class={account.state === "active" ? "badge good" : "badge bad"}>
          {t(`account.${account.state}` as WordKey)}
        </span>
      </span>
      {account.reason && <span class="form-problem">{account.reason}</span>}
      <span class="rows-more faint">
        {[
          ...can.map((name) => t(`can.${name}` as WordKey)),
          ...(files ? [t("can.files")] : []),
          t("can.text", { n: new Intl.NumberFormat(language.value).format(account.capabilities.text_length) }),
        ].join(" · ")}
      </span>
    </li>
  );
}

/** Channels are set in the configuration; here one sees how they are and what they can. */
export function Accounts() {
  const { accounts } = known.directory;
  return (
    <>
      <p class="faint">{t("accounts.more")}</p>
      {accounts.length === 0 && <Empty icon="plug" title={t("accounts.none")} />}
      <ul class="rows card">
        {accounts.map((account) => (
          <Account key={account.id} account={account} />
        ))}
      </ul>
    </>
  );
}

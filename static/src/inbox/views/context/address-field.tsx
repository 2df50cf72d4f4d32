// Where a message is to go: a number, or an email address, as the account writes to.

import type { AccountView } from "../../../wire";
import { t } from "../../words";
import { takesSeveral } from "../composer/sending";

interface AddressFieldProps {
  account: AccountView | undefined;
  value: string;
  change: (value: string) => void;
}

export function AddressField({ account, value, change }: AddressFieldProps) {
  const given = {
    class: "input",
    autocomplete: "off",
    autofocus: true,
    maxLength: 200,
    value,
    onInput: (event: { currentTarget: HTMLInputElement }) => change(event.currentTarget.value),
  } as const;
  const isMail = takesSeveral({ account });
  return (
    <label class="field">
      <span>{t(isMail ? "start.address" : "start.number")}</span>
      {isMail ? (
        <input {...given} type="text" inputMode="email" autocapitalize="off" spellcheck={false} placeholder={t("start.address_hint")} />
      ) : (
        <input {...given} type="tel" inputMode="tel" placeholder="+82 10 1234 5678" />
      )}
    </label>
  );
}

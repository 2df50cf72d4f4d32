// Whether a number or an address is this person's: a code is sent there, and whoever reads it tells it to the agent.

import { useEffect, useState } from "preact/hooks";
import type { ContactView, OpenCode, OpenCodes } from "../../../wire";
import { get, problemOf } from "../../api";
import { confirmCode, sendCode, undoMerge } from "../../commands";
import { ChannelIcon } from "../../ui/channel-icon";
import { Dialog } from "../../ui/dialog";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/states";
import { toast, undoable } from "../../ui/toasts";
import { language, problemText, t } from "../../words";
import { contactLabel } from "../names";
import { AddressField } from "./address-field";
import { JoinDialog } from "./join";
import { takesSeveral } from "../composer/sending";
import { dialling } from "./starters";

const DIGITS = 6;

interface Sent {
  proof: string;
  address: string;
}

/** One thing sent at a time; what went wrong stays beside its button. */
function useSteps() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const step = async (run: () => Promise<string | null>) => {
    setBusy(true);
    setProblem(null);
    try {
      setProblem(await run());
    } catch (error) {
      setProblem(problemText(problemOf(error)));
    }
    setBusy(false);
  };
  return { busy, problem, step };
}

/** What is said of numbers has other words for addresses. */
function wordsFor(address: string): "" | "_mail" {
  return address.includes("@") ? "_mail" : "";
}

function Whereto({ conversation, number, sent, close }: { conversation: string; number: string; sent: (it: Sent) => void; close: () => void }) {
  const accounts = dialling();
  const [account, setAccount] = useState(accounts[0]?.id ?? "");
  const [address, setAddress] = useState(number);
  const chosen = accounts.find((one) => one.id === account);
  const { busy, problem, step } = useSteps();
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void step(async () => (sent(await sendCode(conversation, account, address.trim())), null));
      }}
    >
      <p class="faint">{t(takesSeveral({ account: chosen }) ? "prove.more_mail" : "prove.more")}</p>
      <AddressField account={chosen} value={address} change={setAddress} />
      <div class="start-ways" role="radiogroup" aria-label={t("composer.leg")}>
        {accounts.map((one) => (
          <label key={one.id} class="radio">
            <input type="radio" name="account" checked={one.id === account} onChange={() => setAccount(one.id)} />
            <ChannelIcon account={one} />
            {one.label[language.value]}
          </label>
        ))}
      </div>
      <Problem text={problem} />
      <div class="form-acts">
        <button type="button" class="button" onClick={close}>
          {t("cancel")}
        </button>
        <button type="submit" class="button primary" disabled={busy || !address.trim()}>
          {t("prove.send")}
        </button>
      </div>
    </form>
  );
}

interface ToldProps extends Sent {
  contact: ContactView;
  again: () => void;
  close: () => void;
  /** The number is this contact's, who may be the same person. */
  meet: (other: string) => void;
}

function Told({ proof, address, contact, again, close, meet }: ToldProps) {
  const [code, setCode] = useState("");
  const { busy, problem, step } = useSteps();
  const digits = code.replace(/\D/g, "");
  const confirm = async () => {
    const { left, proven, merge, other } = await confirmCode(proof, digits);
    if (left !== null) return t("prove.wrong", { n: left });
    const words = t(`prove.${proven ? "done" : "elsewhere"}${wordsFor(address)}`, { address, name: contactLabel(contact) });
    if (other) meet(other);
    else {
      if (merge) undoable(words, () => void undoMerge(merge));
      else toast(words);
      close();
    }
    return null;
  };
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        void step(confirm);
      }}
    >
      <p role="status">{t("prove.sent", { address })}</p>
      <label class="field">
        <span>{t("prove.code")}</span>
        <input
          class="input code"
          inputMode="numeric"
          autocomplete="off"
          autofocus
          maxLength={10}
          value={code}
          onInput={(event) => setCode(event.currentTarget.value)}
        />
      </label>
      <Problem text={problem} />
      <div class="form-acts">
        <button type="button" class="button" onClick={again}>
          {t(`prove.again${wordsFor(address)}`)}
        </button>
        <button type="submit" class="button primary" disabled={busy || digits.length !== DIGITS}>
          {t("prove.confirm")}
        </button>
      </div>
    </form>
  );
}

const digitsOf = (number: string) => number.replace(/\D/g, "").replace(/^0+/, "");

function isSame(address: string, given: string): boolean {
  if (given.includes("@") || address.includes("@")) return address.toLowerCase() === given.trim().toLowerCase();
  return digitsOf(address).endsWith(digitsOf(given));
}

/** A code that was sent before this window was closed: to that number or address, or where none is given to any. */
function waiting(codes: readonly OpenCode[], given: string): Sent | null {
  return codes.find(({ address }) => given === "" || isSame(address, given)) ?? null;
}

/** undefined: it is being asked for. */
function useSent(conversation: string, number: string) {
  const [sent, setSent] = useState<Sent | null | undefined>(undefined);
  useEffect(() => {
    let current = true;
    get<OpenCodes>(`/conversations/${conversation}/codes`).then(
      ({ codes }) => current && setSent(waiting(codes, number)),
      () => current && setSent(null), // then another one is sent
    );
    return () => {
      current = false;
    };
  }, [conversation, number]);
  return [sent, setSent] as const;
}

export function ProveDialog({ conversation, contact, number, close }: { conversation: string; contact: ContactView; number: string; close: () => void }) {
  const [sent, setSent] = useSent(conversation, number);
  const [other, setOther] = useState<string | null>(null);
  if (other) return <JoinDialog contact={contact} other={other} close={close} />;
  return (
    <Dialog title={t("prove.title")} close={close}>
      {sent === undefined ? (
        <Skeleton kind="line" rows={3} />
      ) : sent ? (
        <Told {...sent} contact={contact} again={() => setSent(null)} close={close} meet={setOther} />
      ) : (
        <Whereto conversation={conversation} number={number} sent={setSent} close={close} />
      )}
    </Dialog>
  );
}

// Writing first: to somebody who is known, by any of her ways, or to a number that is typed.

import { useEffect, useState } from "preact/hooks";
import type { AccountView, ConversationView, ProblemView, WaysList, WayView } from "../../../wire";
import { get, problemOf } from "../../api";
import { type Addressee, type Beginning, start } from "../../commands";
import { go } from "../../router";
import { known } from "../../store";
import { ChannelIcon } from "../../ui/channel-icon";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icons";
import { Failed, Skeleton } from "../../ui/states";
import { language, problemText, t } from "../../words";
import { takesSeveral } from "../composer/sending";
import { TemplateChooser } from "../composer/templates/chooser";
import { isWayOpen, wayKey, waysMark } from "../composer/ways";
import { FirstMail } from "../mail/first";
import { customerName, shortAddress } from "../names";
import { AddressField } from "./address-field";
import { dialling, dialOpen, starters } from "./starters";

interface WordsProps {
  account: AccountView;
  to: Addressee | null;
  /** The language that she reads, where that is known. */
  locale?: string | null;
  /** Who will read it, in words. */
  name: string;
  /** Only a template may be the first word there. */
  template: boolean;
  close: () => void;
}

/** What is said, and the saying of it. */
function Words({ account, to, locale = null, name, template, close }: WordsProps) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  // What was said of another number, or of another channel, is no word about this one.
  useEffect(() => setProblem(null), [account.id, to && JSON.stringify(to)]);
  const say = async (what: Beginning) => {
    if (!to || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      const number = await start(account.id, to, what);
      close();
      go(`/c/${number}`);
    } catch (refusal) {
      setProblem(problemText(refusal as ProblemView));
      setBusy(false);
    }
  };
  if (template)
    return (
      <section class="start-template">
        <p class="faint">{t("start.template")}</p>
        <TemplateChooser
          key={account.id}
          account={account.id}
          to={`${t("composer.to", { name })} · ${account.label[language.value]}`}
          begun={null}
          problem={problem}
          send={(chosen) => void (to ? say({ template: chosen }) : setProblem(t("start.no_number")))}
        />
      </section>
    );
  const ask = () => setProblem(t(takesSeveral({ account }) ? "start.no_address" : "start.no_number"));
  if (takesSeveral({ account }))
    return (
      <FirstMail account={account} locale={locale} problem={problem} busy={busy} close={close} say={(what) => (to ? void say(what) : ask())} />
    );
  const most = account.capabilities.text_length;
  const over = [...text.trim()].length - most;
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!to) ask();
        else void say({ text: text.trim() });
      }}
    >
      <textarea
        class="input area"
        rows={5}
        value={text}
        aria-label={t("composer.reply")}
        placeholder={t("composer.reply_hint")}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      {(problem || over > 0) && (
        <p class="form-problem" role="alert">
          {problem ?? t("composer.too_long", { n: over, most })}
        </p>
      )}
      <div class="form-acts">
        <button type="button" class="button" onClick={close}>
          {t("cancel")}
        </button>
        <button type="submit" class="button primary" disabled={busy || !text.trim() || over > 0}>
          {t("composer.send")}
        </button>
      </div>
    </form>
  );
}

type Read = { phase: "asked" } | { phase: "failed"; text: string } | { phase: "ready"; ways: readonly WayView[] };

function useWays(view: ConversationView): [Read, () => void] {
  const [read, setRead] = useState<Read>({ phase: "asked" });
  const [round, setRound] = useState(0);
  const mark = waysMark(view);
  useEffect(() => {
    let current = true;
    // What stands there stays until the news have come: somebody may be writing.
    setRead((before) => (before.phase === "ready" ? before : { phase: "asked" }));
    get<WaysList>(`/conversations/${view.id}/ways`).then(
      ({ ways }) => current && setRead({ phase: "ready", ways }),
      (error: unknown) => {
        const failed: Read = { phase: "failed", text: problemText(problemOf(error)) };
        if (current) setRead((before) => (before.phase === "ready" ? before : failed));
      },
    );
    return () => {
      current = false;
    };
  }, [mark, round]);
  return [read, () => setRound((n) => n + 1)];
}

function Way({ way, account, chosen, choose }: { way: WayView; account: AccountView; chosen: boolean; choose: () => void }) {
  const open = isWayOpen(way);
  const problem = way.problem && problemText({ text: way.problem, params: {}, status: 422 });
  return (
    <label class="radio start-way">
      <input type="radio" name="way" checked={chosen} disabled={!open} onChange={choose} />
      <ChannelIcon account={account} />
      <span>
        {account.label[language.value]} <span class="faint">{shortAddress(way.identity)}</span>
        {problem && !way.template && <span class="start-why">{problem}</span>}
      </span>
    </label>
  );
}

function Ways({ view, ways, close }: { view: ConversationView; ways: readonly WayView[]; close: () => void }) {
  const offered = ways.flatMap((way) => {
    const account = starters().find((one) => one.id === way.account);
    return account ? [{ way, account }] : [];
  });
  const [wanted, setWanted] = useState("");
  const open = offered.filter(({ way }) => isWayOpen(way));
  const chosen = open.find(({ way }) => wayKey(way) === wanted) ?? open[0];
  if (!chosen) return <p>{t("start.none")}</p>;
  return (
    <>
      <p class="faint">{t("start.more")}</p>
      <div class="start-ways" role="radiogroup" aria-label={t("composer.leg")}>
        {offered.map(({ way, account }) => (
          <Way
            key={wayKey(way)}
            way={way}
            account={account}
            chosen={way === chosen.way}
            choose={() => setWanted(wayKey(way))}
          />
        ))}
      </div>
      <Words
        account={chosen.account}
        to={{ identity: chosen.way.identity.id }}
        locale={known.contacts.get(view.contact.id)?.locale ?? null}
        name={customerName(view)}
        template={chosen.way.problem !== null}
        close={close}
      />
    </>
  );
}

function StartDialog({ view, close }: { view: ConversationView; close: () => void }) {
  const [read, again] = useWays(view);
  return (
    <Dialog title={t("start.title")} close={close}>
      {read.phase === "asked" && <Skeleton kind="line" rows={3} />}
      {read.phase === "failed" && <Failed text={read.text} retry={again} />}
      {read.phase === "ready" && <Ways view={view} ways={read.ways} close={close} />}
    </Dialog>
  );
}

/** Begins another conversation with the same person, where a channel of theirs allows it. */
export function StartConversation({ view }: { view: ConversationView }) {
  const [open, setOpen] = useState(false);
  if (view.contact.blocked || view.contact.erased || starters().length === 0) return null;
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

/** To a number that is typed, whoever has it. */
export function Dial() {
  const accounts = dialling();
  const [id, setId] = useState(accounts[0]?.id ?? "");
  const [number, setNumber] = useState("");
  const account = accounts.find((one) => one.id === id);
  const close = () => {
    dialOpen.value = false;
  };
  if (!account) return null;
  return (
    <Dialog title={t("start.dial")} close={close}>
      <div class="form start-dial">
        <div class="start-ways" role="radiogroup" aria-label={t("composer.leg")}>
          {accounts.map((one) => (
            <label key={one.id} class="radio">
              <input type="radio" name="account" checked={one.id === id} onChange={() => setId(one.id)} />
              <ChannelIcon account={one} />
              {one.label[language.value]}
            </label>
          ))}
        </div>
        <AddressField account={account} value={number} change={setNumber} />
      </div>
      <Words
        account={account}
        to={number.trim() ? { address: number.trim() } : null}
        name={number.trim() || "…"}
        template={account.capabilities.reply_window !== null}
        close={close}
      />
    </Dialog>
  );
}

import { useState } from "preact/hooks";
import type { ContactsPage, ContactView } from "../../../wire";
import { get } from "../../api";
import { block, eraseContact, unblock } from "../../commands";
import { known } from "../../store";
import { countOf } from "../../store/counts";
import { Avatar } from "../../ui/avatar";
import { ChoiceRow } from "../../ui/choice-row";
import { ConfirmDialog } from "../../ui/confirm";
import { Icon } from "../../ui/icons";
import { Moment } from "../../ui/moment";
import { SearchField } from "../../ui/search-field";
import { Empty, Failed, Skeleton } from "../../ui/states";
import { count, t } from "../../words";
import { contactName, shortAddress } from "../names";
import { usePages } from "./pages";

type Which = "blocked" | "all";

const WHICH: readonly Which[] = ["blocked", "all"];

async function peoplePage(which: Which, words: string, before: string | null) {
  const query = { q: words.trim(), blocked: which === "blocked" ? "only" : null, before };
  const page = await get<ContactsPage>("/contacts", query);
  return { rows: page.contacts, before: page.before };
}

type Asked = { act: "block" | "erase"; contact: ContactView } | null;

function Row({ contact, ask, again }: { contact: ContactView; ask: (asked: Asked) => void; again: () => void }) {
  const blocked = contact.blocked_at;
  const name = contactName({ name: contact.name, erased: contact.erased_at !== null });
  return (
    <li class="rows-row">
      <Avatar id={contact.id} name={contact.name} />
      <span class="rows-main" dir="auto">
        <b>{name}</b> {blocked !== null && <span class="badge bad">{t("blocked")}</span>}
        <span class="rows-under faint">{contact.identities.map(shortAddress).join(" · ")}</span>
      </span>
      <span class="rows-more faint">
        {blocked === null ? (
          <>
            {t("people.since")} <Moment at={contact.created_at} />
          </>
        ) : (
          <>
            {t("people.blocked_at")} <Moment at={blocked} />
          </>
        )}
      </span>
      <span class="rows-acts">
        {blocked === null ? (
          <button type="button" class="button small" onClick={() => ask({ act: "block", contact })}>
            {t("block")}
          </button>
        ) : (
          <button type="button" class="button small" onClick={() => void unblock(contact.id).then(again)}>
            {t("unblock")}
          </button>
        )}
        <a class="button small" href={`/api/v1/contacts/${contact.id}/export`} download data-leave>
          {t("contact.export")}
        </a>
        <button type="button" class="button small danger-quiet" onClick={() => ask({ act: "erase", contact })}>
          {t("contact.erase")}
        </button>
      </span>
    </li>
  );
}

function Asking({ asked, close, again }: { asked: Asked; close: () => void; again: () => void }) {
  if (!asked) return null;
  const { act, contact } = asked;
  const name = contact.name || t("contact.unnamed");
  const erases = act === "erase";
  return (
    <ConfirmDialog
      title={t(erases ? "contact.erase" : "block")}
      text={t(erases ? "contact.erase_sure" : "block.sure", { name })}
      yes={t(erases ? "contact.erase" : "block")}
      bad
      {...(erases ? { typed: name } : {})}
      close={close}
      run={() => void (erases ? eraseContact : block)(contact.id).then(again)}
    />
  );
}

/** How much is in the list of spam, and the way there. */
function Spam() {
  const n = countOf(known.counts, { status: "spam" });
  return (
    <section class="card spam-card">
      <Icon name="spam" />
      <p>{n === 0 ? t("people.spam_none") : count("people.spam", n)}</p>
      <a class="button" href="/list/spam">
        {t("people.spam_go")}
      </a>
    </section>
  );
}

/** Who is blocked, what is spam, and what is held of whom: taken along or erased. */
export function People() {
  const [which, setWhich] = useState<Which>("blocked");
  const [words, setWords] = useState("");
  const [asked, setAsked] = useState<Asked>(null);
  const { rows, before, phase, problem, ask } = usePages(
    (from) => peoplePage(which, words, from),
    `${which} ${words}`,
    words === "",
  );
  const again = () => void ask(null);
  const shown = rows.filter((one) => one.erased_at === null);
  return (
    <>
      <p class="faint">{t("people.more")}</p>
      <Spam />
      <div class="settings-bar">
        <ChoiceRow
          label={t("settings.people")}
          name="which"
          choices={WHICH.map((id) => ({ id, label: t(`people.${id}`) }))}
          chosen={which}
          choose={setWhich}
        />
        <SearchField label={t("people.find")} value={words} change={setWords} />
      </div>
      {shown.length > 0 && (
        <ul class="rows card" aria-busy={phase === "asked"}>
          {shown.map((contact) => (
            <Row key={contact.id} contact={contact} ask={setAsked} again={again} />
          ))}
        </ul>
      )}
      {phase === "asked" && shown.length === 0 && <Skeleton kind="line" rows={6} />}
      {phase === "failed" && <Failed text={problem} retry={again} />}
      {phase === "ready" && shown.length === 0 && (
        <Empty icon="block" title={t(words || which === "all" ? "people.none" : "people.nobody_blocked")}>
          {words || which === "all" ? null : t("people.nobody_blocked_more")}
        </Empty>
      )}
      {phase === "ready" && before && (
        <button type="button" class="button" onClick={() => void ask(before)}>
          {t("search.more")}
        </button>
      )}
      <Asking asked={asked} close={() => setAsked(null)} again={again} />
    </>
  );
}

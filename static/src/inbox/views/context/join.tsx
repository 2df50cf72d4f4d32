// Saying that two contacts are one person: found, compared side by side, joined, and taken back from the toast.

import { useEffect, useState } from "preact/hooks";
import type { ContactView, IdentityView, ProblemView, Standing, StandingAnswer } from "../../../wire";
import { get, problemOf } from "../../api";
import { mergeContacts, splitContact } from "../../commands";
import { known } from "../../store";
import { Avatar } from "../../ui/avatar";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icons";
import { Moment } from "../../ui/moment";
import { Skeleton } from "../../ui/states";
import { toast, undoable } from "../../ui/toasts";
import { count, problemText, t, type WordKey } from "../../words";
import { undo } from "../conversation/undoing";
import { addressWords, attributeLabel, contactLabel, languageName, shortAddress, spaceWord } from "../names";
import { valueWords } from "./attributes";
import { fateOf } from "./fates";
import { twoUsers } from "./two-users";

const SETTLES = 180; // ms without a letter before people are looked for
const FOUND = 12; // people told at once

/** Which of two keeps its values unless somebody chooses otherwise: who has a name, else who was known first. */
export function keeper(one: ContactView, other: ContactView): ContactView {
  if (Boolean(one.name) !== Boolean(other.name)) return one.name ? one : other;
  return one.created_at <= other.created_at ? one : other;
}

/** Joins one into the other, which keeps its own values; offered for undo. */
export async function join(source: ContactView, into: ContactView): Promise<void> {
  try {
    const { merge } = await mergeContacts(source.id, into.id);
    undoable(t("join.done", { one: contactLabel(source), other: contactLabel(into) }), () => undo(String(merge)));
  } catch (refusal) {
    toast(problemText(refusal as ProblemView), { bad: true });
  }
}

// --- finding ---------------------------------------------------------------------------------------------------------

interface Found {
  query: string;
  contacts: readonly ContactView[] | null;
  problem: string | null;
}

function useFound(query: string, but: string): Found {
  const [found, setFound] = useState<Found>({ query: "", contacts: [], problem: null });
  useEffect(() => {
    if (!query) return setFound({ query, contacts: [], problem: null });
    let current = true;
    setFound((before) => ({ ...before, query, problem: null }));
    const timer = setTimeout(() => {
      get<{ contacts: ContactView[] }>("/contacts", { q: query, limit: FOUND }).then(
        ({ contacts }) =>
          current && setFound({ query, contacts: contacts.filter(({ id }) => id !== but), problem: null }),
        (error: unknown) => current && setFound({ query, contacts: null, problem: problemText(problemOf(error)) }),
      );
    }, SETTLES);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [query, but]);
  return found;
}

function Finder({ contact, choose }: { contact: ContactView; choose: (other: string) => void }) {
  const [text, setText] = useState("");
  const query = text.trim();
  const { contacts, problem, query: asked } = useFound(query, contact.id);
  return (
    <>
      <p>{t("join.explain", { name: contactLabel(contact) })}</p>
      <label class="field">
        <span>{t("join.find")}</span>
        <input
          class="input"
          type="text"
          value={text}
          placeholder={t("join.find_hint")}
          autocomplete="off"
          autofocus
          maxLength={200}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      {problem && (
        <p class="form-problem" role="alert">
          {problem}
        </p>
      )}
      <ul class="people-found" aria-label={t("join.found")}>
        {(contacts ?? []).map((other) => (
          <li key={other.id}>
            <button type="button" class="choice person-choice" onClick={() => choose(other.id)}>
              <Avatar id={other.id} name={other.name} />
              <span class="person-words">
                <b>{contactLabel(other)}</b>
                <span class="faint">{other.identities.map(addressWords).join(" · ")}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {query && asked === query && contacts?.length === 0 && (
        <p class="faint" role="status">
          {t("join.nobody")}
        </p>
      )}
    </>
  );
}

// --- comparing -------------------------------------------------------------------------------------------------------

interface Line {
  name: string;
  /** What either says, the kept one first. */
  values: readonly [string, string];
}

/** What the kept one says stands; what it does not say is filled in from the other. */
function linesOf(kept: Standing, other: Standing): Line[] {
  const line = (name: string, mine: string, theirs: string): Line => ({ name, values: [mine, theirs] });
  const [mine, theirs] = [kept.contact, other.contact];
  const language = (contact: ContactView) => (contact.locale ? languageName(contact.locale) : "");
  const fields = known.directory.attributes
    .filter((one) => one.target === "contact")
    .map((one) =>
      line(attributeLabel(one), valueWords(one, mine.attributes[one.key]), valueWords(one, theirs.attributes[one.key])),
    );
  return [
    line(t("name"), mine.name, theirs.name),
    ...[
      line(t("settings.language"), language(mine), language(theirs)),
      line(t("join.organisation"), kept.organisation, other.organisation),
      ...fields,
    ].filter(({ values }) => values.some(Boolean)),
  ];
}

function ProofLine({ identity }: { identity: IdentityView }) {
  const proven = identity.proof > 0;
  return (
    <li class="compared-identity">
      <span class="identity-address">
        {addressWords(identity)}
      </span>
      <span class={proven ? "proof" : "proof unproven"}>
        <Icon name={proven ? "shield" : "warning"} size={12} />
        {t(`proof.${identity.proof}` as WordKey)}
      </span>
    </li>
  );
}

function Head({ standing, kept, keep }: { standing: Standing; kept: boolean; keep: () => void }) {
  const { contact } = standing;
  return (
    <label class={kept ? "compared-head kept" : "compared-head"}>
      <input type="radio" name="kept" checked={kept} onChange={keep} />
      <Avatar id={contact.id} name={contact.name} />
      <span class="person-words">
        <b>{contactLabel(contact)}</b>
        <span class="faint">
          {count("join.conversations", standing.conversations)}
          {standing.open > 0 && ` · ${t("join.open", { n: standing.open })}`}
        </span>
        <span class="faint">
          {t("join.since")} <Moment at={contact.created_at} as="short" />
        </span>
      </span>
      <span class={kept ? "badge good" : "badge"}>{t(kept ? "join.keeps" : "join.joins")}</span>
    </label>
  );
}

function Comparison({ both, keep }: { both: readonly [Standing, Standing]; keep: (id: string) => void }) {
  const [kept, other] = both;
  const lines = linesOf(kept, other);
  // The two stay where they stand while the choice goes from one to the other.
  const shown = [...both].sort((a, b) => a.contact.created_at - b.contact.created_at);
  const inOrder = (values: readonly [string, string]) => (shown[0] === kept ? values : [values[1], values[0]]);
  return (
    <div class="compared" role="group" aria-label={t("join.compare")}>
      <div class="compared-row compared-heads">
        {shown.map((one) => (
          <Head
            key={one.contact.id}
            standing={one}
            kept={one === kept}
            keep={() => keep(one.contact.id)}
          />
        ))}
      </div>
      {lines.map(({ name, values }) => (
        <div key={name} class="compared-line">
          <span class="compared-name">{name}</span>
          <div class="compared-row">
            {inOrder(values).map((value, index) => {
              const fate = fateOf(values, shown[index] === kept ? 0 : 1);
              const stands = fate !== null && fate !== "set_aside";
              return (
                <span key={index} class={stands ? "compared-value wins" : "compared-value"} dir="auto">
                  {value || "–"}
                  {stands && <Icon name="check" size={13} />}
                  {fate && (
                    <span class={fate === "stands" || fate === "equal" ? "only-heard" : "compared-aside"}>
                      {t(`join.${fate}`)}
                    </span>
                  )}
                </span>
              );
            })}
          </div>
        </div>
      ))}
      <div class="compared-line">
        <span class="compared-name">{t("context.identities")}</span>
        <div class="compared-row">
          {shown.map(({ contact }) => (
            <ul key={contact.id} class="compared-value">
              {contact.identities.map((identity) => (
                <ProofLine key={identity.id} identity={identity} />
              ))}
            </ul>
          ))}
        </div>
      </div>
    </div>
  );
}

interface JoinDialogProps {
  contact: ContactView;
  /** Whom with; left out: to be found. */
  other?: string | undefined;
  /** Only an address that somebody left without proof speaks for it. */
  claimed?: boolean;
  close: () => void;
}

export function JoinDialog({ contact, other: first, claimed = false, close }: JoinDialogProps) {
  const [other, setOther] = useState(first ?? null);
  const [both, setBoth] = useState<readonly [Standing, Standing] | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    setBoth(null);
    setChosen(null);
    setProblem(null);
    if (other === null) return;
    let current = true;
    const standing = (id: string) => get<StandingAnswer>(`/contacts/${id}/standing`);
    Promise.all([standing(contact.id), standing(other)]).then(
      (answers) => current && setBoth(answers),
      (error: unknown) => current && setProblem(problemText(problemOf(error))),
    );
    return () => {
      current = false;
    };
  }, [contact.id, other]);
  // Whoever is looked at stays, unless somebody chooses otherwise.
  const kept = chosen ?? both?.[0].contact.id;
  const users = both && twoUsers(both[0].contact, both[1].contact);
  const ordered = both && (both[0].contact.id === kept ? both : ([both[1], both[0]] as const));
  const oneBlocked = both !== null && (both[0].contact.blocked_at === null) !== (both[1].contact.blocked_at === null);
  const same = both !== null && both[0].contact.id === both[1].contact.id;
  const run = () => {
    if (!ordered) return;
    close();
    void join(ordered[1].contact, ordered[0].contact);
  };
  return (
    <Dialog title={t("join")} wide={other !== null} close={close}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          run();
        }}
      >
        {other === null && <Finder contact={contact} choose={setOther} />}
        {other !== null && !both && !problem && <Skeleton kind="line" rows={6} />}
        {problem && (
          <p class="form-problem" role="alert">
            {problem}
          </p>
        )}
        {ordered && !same && (
          <>
            <p>{t("join.keep_explain")}</p>
            <Comparison both={ordered} keep={setChosen} />
          </>
        )}
        {(oneBlocked || same) && (
          <p class="form-warning" role="alert">
            <Icon name="warning" size={15} />
            {t(same ? "join.same" : "join.one_blocked")}
          </p>
        )}
        {users && !same && (
          <p class="form-warning" role="alert">
            <Icon name="warning" size={15} />
            {t("join.two_users", { one: users[0].address, other: users[1].address })}
          </p>
        )}
        {claimed && both && !same && (
          <p class="form-warning" role="alert">
            <Icon name="warning" size={15} />
            {t("join.claimed")}
          </p>
        )}
        <div class="form-acts">
          {other !== null && first === undefined && (
            <button type="button" class="button quiet" onClick={() => setOther(null)}>
              <Icon name="back" size={14} />
              {t("join.another")}
            </button>
          )}
          <button type="button" class="button" onClick={close}>
            {t("cancel")}
          </button>
          {other !== null && (
            <button type="submit" class="button primary" disabled={!both || oneBlocked || same}>
              <Icon name="merge" size={15} />
              {t("join.run")}
            </button>
          )}
        </div>
      </form>
    </Dialog>
  );
}

// --- splitting -------------------------------------------------------------------------------------------------------

/** Which of the ways to reach are another person's. */
export function PartDialog({ contact, close }: { contact: ContactView; close: () => void }) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const all = chosen.size === contact.identities.length;
  const turn = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const run = async () => {
    close();
    try {
      const { merge } = await splitContact(contact.id, [...chosen]);
      undoable(count("part.done", chosen.size, { name: contactLabel(contact) }), () => undo(String(merge)));
    } catch (refusal) {
      toast(problemText(refusal as ProblemView), { bad: true });
    }
  };
  return (
    <Dialog title={t("part")} close={close}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void run();
        }}
      >
        <p>{t("part.explain")}</p>
        <fieldset class="part-choices">
          <legend class="only-heard">{t("part.choose")}</legend>
          {contact.identities.map((identity) => (
            <label key={identity.id} class="check">
              <input type="checkbox" checked={chosen.has(identity.id)} onChange={() => turn(identity.id)} />
              <span class="person-words">
                <span class="identity-address">
                  {identity.space === "visitor" ? shortAddress(identity) : (identity.shown ?? identity.address)}
                </span>
                <span class="faint">
                  {spaceWord(identity.space)} · {t(`proof.${identity.proof}` as WordKey)}
                </span>
              </span>
            </label>
          ))}
        </fieldset>
        {all && <p class="faint">{t("part.not_all")}</p>}
        <div class="form-acts">
          <button type="button" class="button" onClick={close}>
            {t("cancel")}
          </button>
          <button type="submit" class="button primary" disabled={chosen.size === 0 || all}>
            <Icon name="split" size={15} />
            {t("part.run")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

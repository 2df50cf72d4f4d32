// Which organisation a person belongs to: seen, changed, and its own fields edited where the person is looked at.

import { useEffect, useState } from "preact/hooks";
import type { ContactView, OrganisationAnswer, OrganisationsPage, OrganisationView } from "../../../wire";
import { get, patch, post, problemOf } from "../../api";
import { updateContact } from "../../commands";
import { known } from "../../store";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icons";
import { Skeleton } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { problemText, t } from "../../words";
import { Facts } from "./attributes";
import { Section } from "./section";

const SETTLES = 180; // ms without a letter before organisations are looked for
const FOUND = 12; // told at once

interface Looked {
  query: string;
  found: readonly OrganisationView[] | null;
  problem: string | null;
}

function useFound(query: string): Looked {
  const [looked, setLooked] = useState<Looked>({ query: "", found: null, problem: null });
  useEffect(() => {
    let current = true;
    const ask = () =>
      get<OrganisationsPage>("/organisations", { q: query, limit: FOUND }).then(
        ({ organisations }) => current && setLooked({ query, found: organisations, problem: null }),
        (error: unknown) => current && setLooked({ query, found: null, problem: problemText(problemOf(error)) }),
      );
    const timer = setTimeout(() => void ask(), query ? SETTLES : 0);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [query]);
  return looked;
}

interface ChooseProps {
  contact: ContactView;
  close: () => void;
}

/** Finds one by its name or domain; a name that is none yet makes one. */
function ChooseOrganisation({ contact, close }: ChooseProps) {
  const [text, setText] = useState("");
  const [refused, setRefused] = useState<string | null>(null);
  const query = text.trim();
  const { query: asked, found, problem } = useFound(query);
  const isNew = query !== "" && asked === query && !found?.some((one) => one.name.toLowerCase() === query.toLowerCase());
  const choose = (id: string | null) => {
    void updateContact(contact.id, { organisation: id });
    close();
  };
  const make = async () => {
    try {
      const { organisation } = await post<OrganisationAnswer>("/organisations", { name: query });
      choose(organisation.id);
    } catch (error) {
      setRefused(problemText(problemOf(error)));
    }
  };
  return (
    <Dialog title={t("organisation.choose")} close={close}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          const [first] = asked === query ? (found ?? []) : [];
          if (first) choose(first.id);
          else if (isNew) void make();
        }}
      >
        <label class="field">
          <span>{t("organisation.find")}</span>
          <input
            class="input"
            type="text"
            value={text}
            autocomplete="off"
            autofocus
            maxLength={200}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        {(problem ?? refused) && (
          <p class="form-problem" role="alert">
            {problem ?? refused}
          </p>
        )}
        <ul class="people-found" aria-label={t("organisation.found")}>
          {(found ?? []).map((one) => (
            <li key={one.id}>
              <button type="button" class="choice person-choice" onClick={() => choose(one.id)}>
                <Icon name="team" size={18} />
                <span class="person-words">
                  <b>{one.name}</b>
                  {one.domain && <span class="faint">{one.domain}</span>}
                </span>
                {one.id === contact.organisation && <Icon name="check" size={16} />}
              </button>
            </li>
          ))}
          {isNew && (
            <li>
              <button type="button" class="choice person-choice" onClick={() => void make()}>
                <Icon name="plus" size={18} />
                {t("organisation.make", { name: query })}
              </button>
            </li>
          )}
        </ul>
        <div class="form-acts">
          {contact.organisation !== null && (
            <button type="button" class="button danger-quiet" onClick={() => choose(null)}>
              {t("organisation.none")}
            </button>
          )}
          <button type="button" class="button" onClick={close}>
            {t("cancel")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function useOrganisation(id: string | null): [OrganisationView | null, (told: OrganisationView) => void] {
  const [told, setTold] = useState<OrganisationView | null>(null);
  const { generation } = known;
  useEffect(() => {
    if (id === null) return;
    let current = true;
    get<OrganisationAnswer>(`/organisations/${id}`).then(
      ({ organisation }) => current && setTold(organisation),
      // Its name is missed; that it has one is still seen, and may be changed.
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [id, generation]);
  return [told?.id === id ? told : null, setTold];
}

function Belongs({ organisation, learn }: { organisation: OrganisationView; learn: (told: OrganisationView) => void }) {
  const set = async (attributes: Record<string, unknown>) => {
    learn({ ...organisation, attributes: { ...organisation.attributes, ...attributes } });
    try {
      learn((await patch<OrganisationAnswer>(`/organisations/${organisation.id}`, { attributes })).organisation);
    } catch (error) {
      learn(organisation);
      toast(problemText(problemOf(error)), { bad: true });
    }
  };
  return <Facts target="organisation" values={organisation.attributes} set={(values) => void set(values)} />;
}

export function Organisation({ contact }: { contact: ContactView }) {
  const [choosing, setChoosing] = useState(false);
  const [organisation, learn] = useOrganisation(contact.organisation);
  const title = t("attributes.target.organisation");
  return (
    <Section name="organisation" title={title}>
      {contact.organisation !== null && !organisation && <Skeleton kind="line" rows={1} />}
      <button type="button" class="side-row" data-act="organisation" onClick={() => setChoosing(true)}>
        <Icon name={organisation ? "team" : "plus"} size={16} />
        <span class="person-words">
          {organisation ? <b>{organisation.name}</b> : t("organisation.choose")}
          {organisation?.domain && <span class="faint">{organisation.domain}</span>}
        </span>
        {organisation && <Icon name="edit" size={13} />}
      </button>
      {organisation && <Belongs organisation={organisation} learn={learn} />}
      {choosing && <ChooseOrganisation contact={contact} close={() => setChoosing(false)} />}
    </Section>
  );
}

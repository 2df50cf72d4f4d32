import { useState } from "preact/hooks";
import type { ContactView, ConversationView, IdentityView } from "../../../wire";
import { eraseContact, setAttributes, unblock, updateContact } from "../../commands";
import { isComposing } from "../../../shared/keys";
import { known } from "../../store";
import { Avatar } from "../../ui/avatar";
import { ConfirmDialog } from "../../ui/confirm";
import { Icon, type IconName } from "../../ui/icons";
import { Moment } from "../../ui/moment";
import { copied } from "../../ui/toasts";
import { language, problemText, t, type WordKey } from "../../words";
import { UndoDialog } from "../conversation/undo";
import { attributeLabel, languageName, spaceWord } from "../names";
import { Alike } from "./alike";
import { Attributes } from "./attributes";
import { JoinDialog, PartDialog } from "./join";
import { useLikeness } from "./likeness";
import { Organisation } from "./organisation";
import { PersonNotes } from "./notes";
import { Past } from "./past";
import { isNumber, Prove } from "./prove";
import { Running } from "./running";
import { Section } from "./section";
import { standingOf } from "./standing";
import { StartConversation } from "./start";
import { Timeline } from "./timeline";

function NameEdit({ contact }: { contact: ContactView }) {
  const [text, setText] = useState<string | null>(null);
  const save = () => {
    if (text !== null && text.trim() && text.trim() !== contact.name)
      void updateContact(contact.id, { name: text.trim() });
    setText(null);
  };
  return (
    <input
      class="subject contact-name"
      value={text ?? contact.name}
      placeholder={t("contact.unnamed")}
      aria-label={t("contact.name")}
      maxLength={200}
      onInput={(event) => setText(event.currentTarget.value)}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.key === "Enter" && !isComposing(event)) event.currentTarget.blur();
        if (event.key === "Escape") setText(null);
      }}
    />
  );
}

const SPACE_ICONS: Readonly<Record<string, IconName>> = { tel: "phone", mailto: "open" };

/** Pressed, it is in the clipboard: for the order system, for the parcel service. */
function Address({ identity: { address, shown } }: { identity: IdentityView }) {
  return (
    <button type="button" class="address" title={t("copy")} onClick={() => void copied(address)}>
      {shown ?? address}
      <Icon name="copy" size={12} />
    </button>
  );
}

/** Why a message there may be in vain, and since when. */
function Standings({ identity, view }: { identity: IdentityView; view: ConversationView }) {
  const messages = known.threads.get(view.id)?.rows.map(({ message }) => message) ?? [];
  return (
    <>
      {standingOf(identity.id, view.legs, messages).map((one) => {
        const account = "account" in one ? known.directory.accounts.find(({ id }) => id === one.account) : undefined;
        const words =
          one.kind === "bounces"
            ? t("standing.bounces", { why: problemText({ text: one.failure.text, params: {}, status: 422 }) })
            : t(`standing.${one.kind}`, { channel: account?.label[language.value] ?? "" });
        return (
          <span key={one.kind} class="identity-standing" data-standing={one.kind}>
            <Icon name="warning" size={13} />
            <span>
              {words} · <Moment at={one.at} />
            </span>
          </span>
        );
      })}
    </>
  );
}

/** A way this person can be reached, and how well it is known to be theirs, in words. */
function Identity({ identity, view, contact }: { identity: IdentityView; view: ConversationView; contact: ContactView }) {
  const proven = identity.proof > 0;
  return (
    <li class="identity">
      <Icon name={SPACE_ICONS[identity.space] ?? "person"} size={16} />
      <span class="identity-address">
        {identity.space === "visitor" ? t("space.visitor") : <Address identity={identity} />}
      </span>
      <span class="identity-space faint">{identity.space === "visitor" ? "" : spaceWord(identity.space)}</span>
      <span class={proven ? "proof" : "proof unproven"} title={t(`proof.${identity.proof}.more` as WordKey)}>
        <Icon name={proven ? "shield" : "warning"} size={13} />
        {t(`proof.${identity.proof}` as WordKey)}
      </span>
      {!proven && identity.space === "tel" && (
        <span class="proof">
          <Prove conversation={view.id} contact={contact} number={identity.address} />
        </span>
      )}
      <Standings identity={identity} view={view} />
    </li>
  );
}

/** What our own window asks for has words of ours. */
const OWN_CLAIMS = { email: "context.claim_email" } as const;

/** What a page claims is called as the field of the same key; what our own window asks for has a word in any case. */
function claimWords(name: string): string {
  const field = known.directory.attributes.find((one) => one.target === "contact" && one.key === name);
  if (field) return attributeLabel(field);
  return name in OWN_CLAIMS ? t(OWN_CLAIMS[name as keyof typeof OWN_CLAIMS]) : name;
}

function Claims({ view, contact }: { view: ConversationView; contact: ContactView }) {
  const entries = Object.entries(contact.claims).filter(([, value]) => value !== null && value !== "");
  if (entries.length === 0) return null;
  return (
    <Section name="claims" title={t("context.claims")}>
      <p class="side-hint">
        <Icon name="warning" size={13} />
        {t("context.claims_more")}
      </p>
      <dl class="facts claims">
        {entries.map(([name, value]) => (
          <div key={name} class="fact">
            <dt>{claimWords(name)}</dt>
            <dd dir="auto">
              {String(value)} {isNumber(String(value)) && <Prove conversation={view.id} contact={contact} number={String(value)} />}
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function Danger({ view, contact }: { view: ConversationView; contact: ContactView }) {
  const [asking, setAsking] = useState(false);
  const role = known.me?.role;
  const name = contact.name || t("contact.unnamed");
  return (
    <section class="side-part side-acts">
      <StartConversation view={view} />
      {contact.blocked_at !== null && (
        <button type="button" class="button" onClick={() => void unblock(contact.id)}>
          {t("unblock")}
        </button>
      )}
      <a class="button" href={`/api/v1/contacts/${contact.id}/export`} download data-leave>
        <Icon name="download" size={15} />
        {t("contact.export")}
      </a>
      {role !== "agent" && (
        <button type="button" class="button danger-quiet" onClick={() => setAsking(true)}>
          <Icon name="trash" size={15} />
          {t("contact.erase")}
        </button>
      )}
      {asking && (
        <ConfirmDialog
          title={t("contact.erase")}
          text={t("contact.erase_sure", { name })}
          yes={t("contact.erase")}
          bad
          typed={name}
          close={() => setAsking(false)}
          run={() => void eraseContact(contact.id)}
        />
      )}
    </section>
  );
}

/** Joining with another contact, parting, and taking back what was joined or parted. */
function Joining({ view, contact, joined }: { view: ConversationView; contact: ContactView; joined: boolean }) {
  const [asking, setAsking] = useState<"join" | "part" | "undo" | null>(null);
  const done = () => setAsking(null);
  return (
    <div class="joining">
      <Prove conversation={view.id} contact={contact} number="" />
      <button type="button" class="button small" data-act="join" onClick={() => setAsking("join")}>
        <Icon name="merge" size={14} />
        {t("join")}
      </button>
      {contact.identities.length > 1 && (
        <button type="button" class="button small" data-act="part" onClick={() => setAsking("part")}>
          <Icon name="split" size={14} />
          {t("part")}
        </button>
      )}
      {joined && (
        <button type="button" class="button small quiet" data-act="undo-join" onClick={() => setAsking("undo")}>
          {t("undo_merge")}
        </button>
      )}
      {asking === "join" && <JoinDialog contact={contact} close={done} />}
      {asking === "part" && <PartDialog contact={contact} close={done} />}
      {asking === "undo" && <UndoDialog from={`/contacts/${contact.id}/standing`} close={done} />}
    </div>
  );
}

/** Who is erased: what that means, and what is left to see. */
function Erased({ view, contact, at }: { view: ConversationView; contact: ContactView; at: number }) {
  return (
    <>
      <section class="side-part side-person">
        <Avatar id={contact.id} name="" size="large" />
        <b class="side-erased">{t("contact.erased")}</b>
        <p class="faint">
          {t("contact.erased_more")} <Moment at={at} />
        </p>
      </section>
      <Past contact={contact} here={view.id} />
    </>
  );
}

export function Person({ view, contact }: { view: ConversationView; contact: ContactView }) {
  if (contact.erased_at !== null) return <Erased view={view} contact={contact} at={contact.erased_at} />;
  return <Living view={view} contact={contact} />;
}

function Living({ view, contact }: { view: ConversationView; contact: ContactView }) {
  const { likely, joined, running } = useLikeness(contact);
  return (
    <>
      <section class="side-part side-person">
        <Avatar id={contact.id} name={contact.name} size="large" />
        <NameEdit contact={contact} />
        {contact.locale && <span class="faint">{languageName(contact.locale)}</span>}
      </section>
      <Section name="identities" title={t("context.identities")}>
        <ul class="identities">
          {contact.identities.map((identity) => (
            <Identity key={identity.id} identity={identity} view={view} contact={contact} />
          ))}
        </ul>
        <Joining view={view} contact={contact} joined={joined} />
      </Section>
      <Running running={running} view={view} />
      <Alike contact={contact} likely={likely} />
      <Claims view={view} contact={contact} />
      <PersonNotes contact={contact} />
      <Attributes
        name="contact-attributes"
        target="contact"
        title={t("context.contact_attributes")}
        values={contact.attributes}
        set={(values) => void updateContact(contact.id, { attributes: values })}
      />
      <Organisation contact={contact} />
      <Attributes
        name="conversation-attributes"
        target="conversation"
        title={t("context.conversation_attributes")}
        values={view.attributes}
        set={(values) => void setAttributes(view.id, values)}
      />
      <Past contact={contact} here={view.id} />
      <Timeline contact={contact} here={view.number} />
      <Danger view={view} contact={contact} />
    </>
  );
}

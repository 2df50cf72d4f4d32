// What stands around the words of a mail: its own subject, who got it, what wrote it, and what must not be believed of it.

import { useState } from "preact/hooks";
import type { ConversationView, EnvelopeView, MessageView, RecipientView, SourceView } from "../../../wire";
import { known } from "../../store";
import { Icon } from "../../ui/icons";
import { problemText, t } from "../../words";
import { MailShown } from "../parts";
import { FACES } from "../conversation/ticks";
import { ownSubject } from "./subject";
import { automaticOf, calledAs, doubtsOf, herRole, isWarning, toldOf } from "./told";

const SHOWN = 6; // people of a role that stand there at once

/** One who gets it, and what has become of it for her. */
function Person({ person }: { person: RecipientView }) {
  const { delivery, failure } = person;
  const why = failure && problemText({ text: failure.text, params: {}, status: 422 });
  const state = delivery && t(`tick.${delivery}`);
  return (
    <li class={delivery ? `mail-person tick-${delivery}` : "mail-person"} title={[person.address, state, why].filter(Boolean).join("\n")}>
      <bdi>{calledAs(person) || t("mail.erased")}</bdi>
      {delivery && (
        <>
          <Icon name={FACES[delivery]} size={12} />
          <span class="only-heard">{state}</span>
        </>
      )}
    </li>
  );
}

function People({ people }: { people: readonly RecipientView[] }) {
  const [whole, setWhole] = useState(false);
  // Of whom something went wrong is never among those who are left out.
  const sorted = [...people].sort((a, b) => Number(Boolean(b.failure)) - Number(Boolean(a.failure)));
  const shown = whole ? people : sorted.slice(0, SHOWN);
  return (
    <ul>
      {shown.map((person) => (
        <Person key={person.identity} person={person} />
      ))}
      {shown.length < people.length && (
        <li>
          <button type="button" class="mail-link" onClick={() => setWhole(true)}>
            {t("mail.and_more", { n: people.length - shown.length })}
          </button>
        </li>
      )}
    </ul>
  );
}

/** Does the customer get it, and how? Nothing where it went to her, by whichever of her addresses. */
function Hers({ view, envelope }: { view: ConversationView; envelope: EnvelopeView }) {
  const identities = known.contacts.get(view.contact.id)?.identities;
  const role = identities && herRole(envelope, new Set(identities.map(({ id }) => id)));
  if (role === undefined || role === "to") return null;
  const key = role ? "copy" : "aside";
  return (
    <span class="badge" title={t(`mail.${key}_more`)}>
      <Icon name="forward" size={12} />
      {t(`mail.${key}`)}
    </span>
  );
}

/** To whom it went or came, where that is not simply the customer. */
function Recipients({ view, message }: { view: ConversationView; message: MessageView }) {
  const told = toldOf(message.envelope);
  if (told.length === 0) return null;
  return (
    <div class="mail-people">
      {message.author.kind !== "customer" && message.envelope && <Hers view={view} envelope={message.envelope} />}
      {told.map(({ role, people }) => (
        <div key={role} class="mail-role">
          <span class="mail-role-word">{t(`mail.${role}`)}</span>
          <People people={people} />
        </div>
      ))}
    </div>
  );
}

function Doubts({ source }: { source: SourceView }) {
  const doubts = doubtsOf(source);
  if (doubts.length === 0) return null;
  return (
    <ul class="mail-doubts">
      {doubts.map((doubt) => (
        <li key={doubt} class={isWarning(doubt) ? "warns" : ""}>
          <Icon name={isWarning(doubt) ? "warning" : "question"} size={13} />
          <span>{t(`mail.doubt.${doubt}`)}</span>
        </li>
      ))}
    </ul>
  );
}

/** Above the words. */
export function MailHead({ view, message }: { view: ConversationView; message: MessageView }) {
  const { source, envelope } = message;
  if (!source && !envelope) return null;
  const automatic = source && automaticOf(source);
  const subject = ownSubject(source?.subject || envelope?.subject || "", view.subject);
  return (
    <div class="mail-head">
      {automatic && (
        <span class="badge" title={t("mail.automatic_more")}>
          {t(`mail.automatic.${automatic}`)}
        </span>
      )}
      {subject && (
        <p class="mail-subject" dir="auto">
          <span class="only-heard">{t("subject")}: </span>
          {subject}
        </p>
      )}
      <Recipients view={view} message={message} />
      {source && <Doubts source={source} />}
    </div>
  );
}

/** `head`: who wrote it to whom, as it says itself, above its words. */
export type Showing = "words" | "head" | "text" | "page";

interface FootProps {
  source: SourceView;
  showing: Showing;
  show: (showing: Showing) => void;
}

/** Below the words: the ways to see more of it. */
export function MailFoot({ source, showing, show }: FootProps) {
  const way = (to: Exclude<Showing, "words">, icon: "down" | "eye" | "person") => (
    <button
      type="button"
      class="mail-link"
      aria-expanded={showing === to}
      data-act={`mail-${to}`}
      onClick={() => show(showing === to ? "words" : to)}
    >
      <Icon name={showing === to ? "up" : icon} size={13} />
      {t(showing === to ? `mail.${to}_hide` : `mail.${to}`)}
    </button>
  );
  return (
    <div class="mail-foot">
      {source.more && way("text", "down")}
      {source.page && way("page", "eye")}
      {way("head", "person")}
    </div>
  );
}

/** In the place of the words: all of them, or its own page. */
export function MailWhole({ message, showing }: { message: MessageView; showing: Exclude<Showing, "words"> }) {
  return <MailShown message={message.id} sender={message.author.id} showing={showing} />;
}

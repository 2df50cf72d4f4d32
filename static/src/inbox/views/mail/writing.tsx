// To whom a reply goes, its subject, and whether what it answers stands below it: one line until somebody changes it.

import { useState } from "preact/hooks";
import type { ConversationView, LetterView, RecipientsView, WrittenTo } from "../../../wire";
import { draftOf } from "../../commands/drafts";
import { Icon } from "../../ui/icons";
import { t } from "../../words";
import { useAnswering } from "./answering";
import { knownIn } from "./known";
import { LeftOut } from "./left-out";
import { answering, type Letter, onlyTo, ROLES, saidBy, shownAs, withoutPerson, withPeople, wrongIn } from "./letter";
import { PeopleField } from "./people-field";
import { signatureFor } from "./preview";
import { Signed } from "./signed";
import { calledAs } from "./told";

interface WritingProps {
  view: ConversationView;
  leg: string;
  said: LetterView | undefined;
  say: (letter: LetterView | undefined) => void;
}

function names(people: readonly WrittenTo[]): string {
  return people.map((one) => calledAs({ name: one.name ?? "", address: one.address })).join(", ");
}

/** In one line; pressed, it can be changed. */
function Line({ letter, change }: { letter: Letter; change: () => void }) {
  const wrong = wrongIn({ to: [...letter.to], cc: [...letter.cc], bcc: [...letter.bcc] });
  return (
    <button type="button" class="mail-line" aria-expanded={false} data-act="recipients" onClick={change}>
      {ROLES.map((role) =>
        letter[role].length > 0 || role === "to" ? (
          <span key={role} class="mail-line-part">
            <span class="mail-role-word">{t(`mail.${role}`)}</span> <bdi>{names(letter[role]) || "…"}</bdi>
          </span>
        ) : null,
      )}
      {letter.subject && (
        <span class="mail-line-part">
          <span class="mail-role-word">{t("subject")}</span> <bdi>{letter.subject}</bdi>
        </span>
      )}
      {wrong && (
        <span class="mail-line-wrong" title={t("mail.not_address", { address: wrong })}>
          <Icon name="warning" size={14} />
          <span class="only-heard">{t("mail.not_address", { address: wrong })}</span>
        </span>
      )}
      <span class="only-heard">{t("mail.change")}</span>
      <Icon name="down" size={14} />
    </button>
  );
}

interface AllProps {
  letter: Letter;
  told: RecipientsView;
  set: (letter: Letter) => void;
}

/** Everybody who had the mail, or her alone: one press between the two. */
function All({ letter, told, set }: AllProps) {
  const alone = onlyTo(letter, told);
  if (alone === null) return null;
  return (
    <span class="mail-all" role="group" aria-label={t("letter.answer")}>
      {([false, true] as const).map((all) => (
        <button
          key={String(all)}
          type="button"
          class="mail-all-choice"
          aria-pressed={alone !== all}
          data-act={all ? "reply-all" : "reply-one"}
          onClick={() => set(answering(letter, told, all))}
        >
          {t(all ? "letter.all" : "letter.one")}
        </button>
      ))}
    </span>
  );
}

export function MailWriting({ view, leg, said, say }: WritingProps) {
  const { recipients: told, again } = useAnswering(view, leg);
  const [open, setOpen] = useState(false);
  const letter = shownAs(told, said);
  const set = (next: Letter) => say(saidBy(next, told));
  // What is not known cannot be changed: whoever stands there would be left out by it.
  if (again)
    return (
      <div class="composer-mail mail-unknown" role="status">
        {t("mail.unknown")}
        <button type="button" class="button quiet small" onClick={again}>
          {t("try_again")}
        </button>
      </div>
    );
  if (!told) return <div class="composer-mail" aria-busy="true" />;
  const written = new Set(ROLES.flatMap((role) => letter[role].map(({ address }) => address)));
  if (!open)
    return (
      <div class="composer-mail shut">
        <Line letter={letter} change={() => setOpen(true)} />
        <All letter={letter} told={told} set={set} />
        <LeftOut people={told.left_out} written={written} />
      </div>
    );
  const people = knownIn(view);
  return (
    <div class="composer-mail open" role="group" aria-label={t("mail.recipients")}>
      {ROLES.map((role) => (
        <PeopleField
          key={role}
          label={t(`mail.${role}`)}
          people={letter[role]}
          known={people}
          add={(more) => set(withPeople(letter, role, more))}
          remove={(address) => set(withoutPerson(letter, role, address))}
        />
      ))}
      <LeftOut people={told.left_out} written={written} />
      <label class="mail-row">
        <span class="mail-role-word">{t("subject")}</span>
        <input
          class="mail-field"
          type="text"
          maxLength={300}
          value={letter.subject}
          placeholder={told.subject || t("subject.none")}
          onInput={(event) => set({ ...letter, subject: event.currentTarget.value })}
        />
      </label>
      <Signed {...signatureFor(draftOf(view.id, "public"), told)} />
      <div class="mail-row">
        <label class="mail-quote">
          <input type="checkbox" checked={letter.quote} onChange={(event) => set({ ...letter, quote: event.currentTarget.checked })} />
          {t("mail.quote")}
        </label>
        <span class="mail-acts">
          <All letter={letter} told={told} set={set} />
          {said && (
            <button type="button" class="button quiet small" data-act="answer-all" onClick={() => say(undefined)}>
              {t("mail.answer_all")}
            </button>
          )}
          <button type="button" class="button quiet small" aria-expanded onClick={() => setOpen(false)}>
            {t("mail.fold")}
          </button>
        </span>
      </div>
    </div>
  );
}

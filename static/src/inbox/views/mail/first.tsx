// The first mail of a conversation: its subject, who gets a copy, words and files, and what it looks like.

import { useEffect, useRef, useState } from "preact/hooks";
import { isComposing } from "../../../shared/keys";
import type { AccountView, AttachmentView } from "../../../wire";
import type { Beginning } from "../../commands";
import { Icon } from "../../ui/icons";
import { t } from "../../words";
import { Attach, Formats, Previewing } from "../composer/foot";
import { linkedWords } from "../composer/linked";
import { formatOf } from "../composer/format-keys";
import { openLink, withoutEmptyLinks } from "../composer/lines";
import { goesOn, insertLine, movesItem, paste, putFormat, tidyMarks } from "../composer/writing";
import { isPicture } from "../conversation/gallery";
import { UploadChips } from "../conversation/upload-chips";
import { addFiles, BEGINNING, leaveFiles, uploadsOf } from "../conversation/uploads";
import { asSentLetter, type Letter, withoutPerson, withPeople, wrongIn } from "./letter";
import { pictureMark } from "./marks";
import { PeopleField } from "./people-field";
import { LetterPreview, signatureFor } from "./preview";
import { Signed, useSignature } from "./signed";

interface FirstMailProps {
  account: AccountView;
  /** The reader's; null: the mail speaks the language of its words. */
  locale: string | null;
  /** Why it was not sent. */
  problem: string | null;
  busy: boolean;
  close: () => void;
  say: (what: Beginning) => void;
}

const NOTHING: Letter = { to: [], cc: [], bcc: [], subject: "", quote: false };

function useFirst({ account, busy, say }: FirstMailProps) {
  const [letter, setLetter] = useState(NOTHING);
  const [text, setText] = useState("");
  const [own, setOwn] = useState<string | null>(null);
  const files = uploadsOf(BEGINNING);
  useEffect(() => () => leaveFiles(BEGINNING), []);
  const over = [...text.trim()].length - account.capabilities.text_length;
  const why = () => {
    const wrong = wrongIn({ cc: [...letter.cc], bcc: [...letter.bcc] });
    if (wrong) return t("mail.not_address", { address: wrong });
    if (openLink(text)) return t("mail.link_open");
    const refused = files.find((file) => file.failed);
    if (refused) return t("upload.holds", { name: refused.file.name });
    return files.some((file) => !file.done) ? t("upload.wait") : null;
  };
  const send = () => {
    const problem = why();
    setOwn(problem);
    if (problem !== null || busy) return;
    const { cc, bcc, subject } = letter;
    const said = asSentLetter({ ...(cc.length > 0 && { cc: [...cc] }), bcc: [...bcc], subject });
    say({ text: withoutEmptyLinks(text).trim(), attachments: files.flatMap((file) => file.done?.id ?? []), ...said });
  };
  const isReady = !busy && over <= 0 && (text.trim() !== "" || files.some((file) => file.done));
  return { letter, setLetter, text, setText, own, files, over, send, isReady };
}

export function FirstMail(props: FirstMailProps) {
  const { account, locale, problem, close } = props;
  const { letter, setLetter, text, setText, own, files, over, send, isReady } = useFirst(props);
  const [copies, setCopies] = useState(false);
  const [previewing, setPreviewing] = useState(false);
  const signature = useSignature(account.id);
  const signing = signature && { signature, language: locale };
  const isEmpty = !text.trim() && files.length === 0;
  const isShown = previewing && !isEmpty;
  const area = useRef<HTMLTextAreaElement>(null);
  const put = (file: AttachmentView) => {
    if (area.current && isPicture(file)) insertLine(area.current, pictureMark(file));
  };
  const add = (list: readonly File[], instead?: string, then?: (file: AttachmentView) => void) =>
    addFiles(BEGINNING, list, account.capabilities, instead, then);
  const onKey = (event: KeyboardEvent & { currentTarget: HTMLTextAreaElement }) => {
    if (isComposing(event)) return;
    const element = event.currentTarget;
    const isChord = event.ctrlKey !== event.metaKey && !event.altKey;
    const format = isChord ? formatOf(event, true) : null;
    if (format) putFormat(element, format);
    else if (isChord && event.key === "Enter") element.form?.requestSubmit();
    else if (!(isChord && movesItem(element, event)) && !(event.key === "Enter" && !isChord && goesOn(element, true))) return;
    event.preventDefault();
  };
  const told = own ?? problem ?? (over > 0 ? t("composer.too_long", { n: over, most: account.capabilities.text_length }) : null);
  const linked = linkedWords(account, files);
  return (
    <form
      class="form first-mail"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {copies ? (
        (["cc", "bcc"] as const).map((role) => (
          <PeopleField
            key={role}
            label={t(`mail.${role}`)}
            people={letter[role]}
            known={[]}
            add={(more) => setLetter(withPeople(letter, role, more))}
            remove={(address) => setLetter(withoutPerson(letter, role, address))}
          />
        ))
      ) : (
        <button type="button" class="mail-link" data-act="copies" onClick={() => setCopies(true)}>
          <Icon name="plus" size={13} />
          {t("mail.copies")}
        </button>
      )}
      <label class="field">
        <span>{t("subject")}</span>
        <input
          class="input"
          type="text"
          maxLength={300}
          value={letter.subject}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || isComposing(event)) return;
            // It does not send: the words are still to come.
            event.preventDefault();
            area.current?.focus();
          }}
          onInput={(event) => setLetter({ ...letter, subject: event.currentTarget.value })}
        />
      </label>
      {isShown && <LetterPreview text={text} files={files.flatMap((file) => file.done ?? [])} signing={signing} />}
      <textarea
        ref={area}
        class="input area"
        hidden={isShown}
        rows={8}
        value={text}
        dir="auto"
        aria-label={t("composer.reply")}
        placeholder={t("composer.reply_hint")}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKey}
        onKeyUp={(event) => tidyMarks(event.currentTarget)}
        onClick={(event) => tidyMarks(event.currentTarget)}
        onBlur={(event) => tidyMarks(event.currentTarget, true)}
        onPaste={(event) => {
          const pasted = paste(event.currentTarget, event, true, () => area.current !== null);
          if (pasted.taken || pasted.files.length > 0) event.preventDefault();
          add(pasted.files, undefined, put);
        }}
      />
      <UploadChips place={BEGINNING} files={files} add={add} text={text} put={put} change={setText} />
      {signing && !isShown && <Signed {...signatureFor(text, signing)} />}
      {linked && (
        <p class="form-note" role="status">
          {linked}
        </p>
      )}
      {told && (
        <p class="form-problem" role="alert">
          {told}
        </p>
      )}
      <div class="form-acts">
        <span class="first-tools">
          <Attach add={(list) => add(list)} />
          {!isShown && <Formats area={area} letter />}
          <Previewing on={previewing} disabled={isEmpty} show={setPreviewing} />
        </span>
        <button type="button" class="button" onClick={close}>
          {t("cancel")}
        </button>
        <button type="submit" class="button primary" disabled={!isReady}>
          <Icon name="send" size={15} />
          {t("composer.send")}
        </button>
      </div>
    </form>
  );
}

// A mail as it will be read: its words drawn, what stands below them.

import type { AttachmentView, ConversationView, RecipientsView } from "../../../wire";
import { t } from "../../words";
import { withoutEmptyLinks } from "../composer/lines";
import { MessageText } from "../conversation/text";
import { useAnswering } from "./answering";

const HANGUL = /[가-힣]/;

type Signing = Pick<RecipientsView, "language" | "signature">;

/** What will stand below these words, in the reader's language. */
export function signatureFor(text: string, { language, signature }: Signing): { lang: "en" | "ko"; text: string } {
  const korean = language ? language.toLowerCase().startsWith("ko") : HANGUL.test(text);
  const lang = korean ? "ko" : "en";
  return { lang, text: signature[lang] };
}

interface LetterProps {
  text: string;
  files: readonly AttachmentView[];
  /** Null: not known yet. */
  signing: Signing | null;
  quoted?: boolean;
}

/** The whole of it. */
export function LetterPreview({ text, files, signing, quoted = false }: LetterProps) {
  const signed = signing && signatureFor(text, signing);
  return (
    <section class="mail-preview" aria-label={t("letter.preview")} tabIndex={0}>
      <MessageText text={withoutEmptyLinks(text).trim()} marked letter={files} />
      {signed?.text && (
        <p class="mail-preview-signed" lang={signed.lang} dir="auto">
          {signed.text}
        </p>
      )}
      {quoted && <p class="faint">{t("letter.quoted")}</p>}
    </section>
  );
}

interface PreviewProps {
  view: ConversationView;
  leg: string;
  text: string;
  files: readonly AttachmentView[];
  /** As it was said; undefined: as answering goes. */
  quote: boolean | undefined;
}

export function MailPreview({ view, leg, text, files, quote }: PreviewProps) {
  const { recipients: told } = useAnswering(view, leg);
  return <LetterPreview text={text} files={files} signing={told} quoted={quote ?? told?.quote ?? false} />;
}

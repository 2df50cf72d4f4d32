// A contact card that somebody sent: read from its file, which stands below it as any other does.

import { useEffect, useState } from "preact/hooks";
import type { AttachmentView } from "../../../../wire";
import { Icon } from "../../../ui/icons";
import { t } from "../../../words";
import { type Card, readCard } from "./vcard";

const MOST = 64 * 1024; // bytes; a larger one carries pictures and is read as a file

export function isCard({ mime, size }: Pick<AttachmentView, "mime" | "size">): boolean {
  return (mime === "text/vcard" || mime === "text/x-vcard") && size <= MOST;
}

export function ContactCard({ file }: { file: AttachmentView }) {
  const [card, setCard] = useState<Card | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    fetch(file.url, { signal: stop.signal })
      .then((answer) => (answer.ok ? answer.text() : ""))
      .then(
        (text) => setCard(readCard(text)),
        // Its file can still be had.
        () => undefined,
      );
    return () => stop.abort();
  }, [file.url]);
  if (!card) return null;
  return (
    <div class="content-card" role="group" aria-label={t("content.contact")}>
      <Icon name="person" size={22} />
      <span class="content-words">
        <b>{card.name || t("contact.unnamed")}</b>
        {card.organisation && <span class="content-small">{card.organisation}</span>}
        {card.phones.map((phone) => (
          <a key={phone} href={`tel:${phone.replace(/[^\d+]/g, "")}`} rel="nofollow" data-leave>
            {phone}
          </a>
        ))}
        {card.mails.map((mail) => (
          <a key={mail} href={`mailto:${encodeURIComponent(mail).replace("%40", "@")}`} rel="nofollow" data-leave>
            {mail}
          </a>
        ))}
      </span>
    </div>
  );
}

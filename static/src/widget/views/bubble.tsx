import { useEffect, useMemo } from "preact/hooks";
import { picturesFirst } from "../../shared/files";
import { numbers } from "../../shared/formats";
import { clock, exact } from "../../shared/time";
import type { CustomerMessage, SpeakerView } from "../../wire";
import type { Chat } from "../chat";
import type { KeptFile, KeptMessage } from "../kept";
import { reason, t, words } from "../words";
import { Attachment, FileRow, Picture } from "./files";
import { ClockIcon, SeenIcon, SentIcon } from "./icons";
import { useLater } from "./lazy";
import { Linked } from "./links";

const ONLY_EMOJI = /^(?:\p{Extended_Pictographic}[\u{1f3fb}-\u{1f3ff}\ufe0f\u200d]*\s?){1,3}$/u;

export function nameOf(who: SpeakerView): string {
  if (who.kind === "me") return t("chat.you");
  return who.name || t(who.kind === "automation" ? "chat.automatic" : "chat.team");
}

/** The business's own picture stands for what nobody in particular wrote. */
export function Face({ who, ours }: { who: SpeakerView; ours: string | null }) {
  const letter = [...nameOf(who)][0] ?? "";
  const picture = who.picture ?? (who.kind === "automation" ? ours : null);
  return picture ? <img class="face" src={picture} alt="" /> : <span class="face" aria-hidden="true">{letter}</span>;
}

const isPicture = ({ mime }: { mime: string }) => mime.startsWith("image/");

/** What looks like one of the marks of shared/markup.ts. */
const MARKED = /\*\*|[_`]|^\s*(?:[-•]|\d+[.)])\s/m;

function Text({ text, ours = false }: { text: string; ours?: boolean }) {
  const marked = ours && MARKED.test(text);
  const later = useLater(marked);
  if (!text) return null;
  if (later) return <later.Marks text={text} />;
  return (
    <p class={ONLY_EMOJI.test(text) ? "text emoji" : "text"} dir="auto">
      <Linked text={text} />
    </p>
  );
}

function When({ at }: { at: number }) {
  const language = words.language();
  return (
    <time dateTime={new Date(at).toISOString()} title={exact(at, language)}>
      {clock(at, language)}
    </time>
  );
}

interface StoredProps {
  chat: Chat;
  message: CustomerMessage;
  answered: CustomerMessage | undefined;
  /** First of a run by one person; last of it. */
  first: boolean;
  last: boolean;
  /** Read by us; only asked of her own. */
  seen: boolean;
}

export function Stored({ chat, message, answered, first, last, seen }: StoredProps) {
  const { author } = message;
  const mine = author.kind === "me";
  const name = nameOf(author);
  return (
    <article class={`row ${mine ? "mine" : "theirs"} ${last ? "last" : ""}`}>
      {!mine && (last ? <Face who={author} ours={chat.picture} /> : <span class="face none" />)}
      <div class="column">
        {!mine && first && <span class="name" aria-hidden="true">{name}</span>}
        <span class="sr">{mine ? t("chat.you_said") : t("chat.said", { name })}</span>
        {answered && <p class="quote"><span class="sr">{t("chat.answer_to")}</span> {answered.text || answered.attachments[0]?.name}</p>}
        <Body chat={chat} message={message} />
        {(last || message.edited_at || message.late) && (
          <span class="meta">
            <When at={message.at} />
            {message.edited_at && !message.erased && <span>{t("chat.edited")}</span>}
            {message.late && <span>{t("chat.late")}</span>}
            {mine && <Tick seen={seen} />}
          </span>
        )}
      </div>
    </article>
  );
}

function Tick({ seen }: { seen: boolean }) {
  return (
    <span class={seen ? "tick seen" : "tick"} title={t(seen ? "state.seen" : "state.sent")}>
      {seen ? <SeenIcon /> : <SentIcon />}
      <span class="sr">{t(seen ? "state.seen" : "state.sent")}</span>
    </span>
  );
}

function Body({ chat, message }: { chat: Chat; message: CustomerMessage }) {
  if (message.erased) return <p class="text gone">{t("chat.erased")}</p>;
  return (
    <>
      <Text text={message.text} ours={message.author.kind !== "me"} />
      {picturesFirst(message.attachments, (file) => isPicture(file) && file.inline).map((file) => <Attachment key={file.id} file={file} preview={chat.previews.get(file.id)} look={() => chat.lookAt(file)} />)}
      {message.content && !message.text && !message.attachments.length && <p class="text gone">{t("chat.unsupported")}</p>}
    </>
  );
}

/** A message that has not been answered by the server yet; it stands where the stored one will stand. */
export function Waiting({ chat, message, next }: { chat: Chat; message: KeptMessage; next: boolean }) {
  const id = message.client_id;
  return (
    <article class={`row mine last ${message.refused ? "refused" : "pending"}`}>
      <div class="column">
        <span class="sr">{t("chat.you_said")}</span>
        <Text text={message.text} />
        {picturesFirst([...message.files.entries()], ([, file]) => isPicture(file)).map(([place, file]) => (
          <WaitingFile key={place} file={file} share={chat.view.progress.get(`${id}/${place}`)} />
        ))}
        {message.refused ? <Refused chat={chat} message={message} refused={message.refused} /> : (
          <span class="meta">
            <ClockIcon />
            <span>{t(next && chat.view.up ? "state.sending" : "state.waiting")}</span>
          </span>
        )}
      </div>
    </article>
  );
}

function WaitingFile({ file, share }: { file: KeptFile; share: number | undefined }) {
  const source = useMemo(() => URL.createObjectURL(file.body), [file.body]);
  useEffect(() => () => URL.revokeObjectURL(source), [source]);
  const { name, width, height } = file;
  const percent = numbers(words.language(), { style: "percent" }).format(share ?? 0);
  return (
    <>
      {isPicture(file) ? <Picture source={source} name={name} width={width} height={height} size={file.body.size} /> : <FileRow name={name} size={file.body.size} />}
      {share !== undefined && <progress max="1" value={share} aria-label={t("state.uploading", { name, share: percent })} />}
    </>
  );
}

function Refused({ chat, message, refused }: { chat: Chat; message: KeptMessage; refused: NonNullable<KeptMessage["refused"]> }) {
  return (
    <div class="why" role="alert">
      <span>{t("state.refused")} {reason(refused, "errors.refused")}</span>
      <span class="acts">
        <button type="button" onClick={() => chat.again(message.client_id)}>{t("state.again")}</button>
        <button type="button" onClick={() => void chat.remove(message.client_id)}>{t("state.delete")}</button>
      </span>
    </div>
  );
}

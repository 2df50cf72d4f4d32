import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { fileSize } from "../../../shared/files";
import type { AttachmentView } from "../../../wire";
import { Icon } from "../../ui/icons";
import { toast } from "../../ui/toasts";
import { language, t, worded } from "../../words";
import { Player } from "../parts";
import { ContactCard, isCard } from "./content/card";
import { isPdf, isPicture, isText, type Looking, looking, reading } from "./gallery";

const ROOM = { width: 320, height: 240 }; // px at most in a bubble

/** The picture's room before it has loaded, so that nothing moves when it comes. */
export function roomFor({ width, height }: Pick<AttachmentView, "width" | "height">): {
  width: number;
  height: number;
} {
  if (!width || !height) return { width: 240, height: 160 };
  const scale = Math.min(1, ROOM.width / width, ROOM.height / height);
  return { width: Math.max(48, Math.round(width * scale)), height: Math.max(48, Math.round(height * scale)) };
}

type Lightbox = ComponentType<{ looking: Looking; conversation: string }>;
type Reader = ComponentType<{ file: AttachmentView }>;

/** What shows pictures and documents whole is fetched with the first one that is opened. */
export function LightboxPlace({ conversation }: { conversation: string }) {
  const [Lightbox, setLightbox] = useState<Lightbox | null>(null);
  const [Reader, setReader] = useState<Reader | null>(null);
  const [Pdf, setPdf] = useState<Reader | null>(null);
  const open = looking.value;
  const read = reading.value;
  const failed = () => {
    looking.value = null;
    reading.value = null;
    toast(t("part.failed"), { bad: true });
  };
  useEffect(() => {
    if (open && !Lightbox) worded(import("./lightbox"), "beside").then((module) => setLightbox(() => module.Lightbox), failed);
  }, [open]);
  useEffect(() => {
    if (!read) return;
    if (isPdf(read) && !Pdf) worded(import("./pdf"), "beside").then((module) => setPdf(() => module.Pdf), failed);
    if (!isPdf(read) && !Reader) worded(import("./reader"), "beside").then((module) => setReader(() => module.Reader), failed);
  }, [read]);
  useEffect(
    () => () => {
      looking.value = null;
      reading.value = null;
    },
    [conversation],
  );
  return (
    <>
      {open && Lightbox && <Lightbox looking={open} conversation={conversation} />}
      {read && !isPdf(read) && Reader && <Reader key={read.id} file={read} />}
      {read && isPdf(read) && Pdf && <Pdf key={read.id} file={read} />}
    </>
  );
}

interface PictureProps {
  file: AttachmentView;
  among: readonly AttachmentView[];
  /** One of several: all as large as each other. */
  tile: boolean;
}

function Picture({ file, among, tile }: PictureProps) {
  const [failed, setFailed] = useState(false);
  if (failed) return <Download file={file} />;
  return (
    <button
      type="button"
      class={tile ? "picture tile" : "picture"}
      onClick={() => (looking.value = { file: file.id, among })}
      aria-label={t("attachment.open", { name: file.name })}
      title={`${file.name} · ${fileSize(file.size, language.value)}`}
    >
      <img
        src={file.url}
        alt={file.name}
        {...(tile ? {} : roomFor(file))}
        loading="lazy"
        decoding="async"
        onError={() => setFailed(true)}
      />
    </button>
  );
}

function Download({ file }: { file: AttachmentView }) {
  const size = fileSize(file.size, language.value);
  return (
    <div class="file-card">
      <a
        class="file"
        href={file.url}
        download={file.name}
        target="_blank"
        rel="noopener"
        data-leave
        title={file.name}
        aria-label={t("attachment.download", { name: `${file.name} ${size}` })}
      >
        <Icon name="file" size={22} />
        <span class="file-name">{file.name}</span> <span class="file-size">{size}</span>
        <Icon name="download" size={16} />
      </a>
      {(isText(file) || isPdf(file)) && (
        <button
          type="button"
          class="button quiet square"
          aria-label={t("attachment.preview", { name: file.name })}
          title={t("reader.open")}
          onClick={() => (reading.value = file)}
        >
          <Icon name="eye" size={17} />
        </button>
      )}
    </div>
  );
}

function Film({ file }: { file: AttachmentView }) {
  return (
    <figure class="film">
      <video controls preload="metadata" playsInline src={file.url} {...roomFor(file)} aria-label={file.name} />
      <figcaption class="film-foot">
        <span class="file-name" title={file.name}>
          {file.name}
        </span>
        <span class="file-size">{fileSize(file.size, language.value)}</span>
      </figcaption>
    </figure>
  );
}

function Other({ file }: { file: AttachmentView }) {
  if (isCard(file))
    return (
      <>
        <ContactCard file={file} />
        <Download file={file} />
      </>
    );
  if (file.inline && file.mime.startsWith("audio/")) return <Player file={file} />;
  if (file.inline && file.mime.startsWith("video/")) return <Film file={file} />;
  return <Download file={file} />;
}

/** Pictures first, several of them as a gallery, then all else in its order. */
export function Attachments({ files }: { files: readonly AttachmentView[] }) {
  if (files.length === 0) return null;
  const pictures = files.filter(isPicture);
  const others = files.filter((file) => !isPicture(file));
  const several = pictures.length > 1;
  return (
    <div class="attachments">
      {pictures.length > 0 && (
        <div class={several ? `gallery of-${Math.min(pictures.length, 3)}` : "gallery"}>
          {pictures.map((file) => (
            <Picture key={file.id} file={file} among={pictures} tile={several} />
          ))}
        </div>
      )}
      {others.map((file) => (
        <Other key={file.id} file={file} />
      ))}
    </div>
  );
}

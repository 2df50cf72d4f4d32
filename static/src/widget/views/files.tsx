import { useState } from "preact/hooks";
import { fileSize } from "../../shared/files";
import type { AttachmentView } from "../../wire";
import { t, words } from "../words";
import { FileIcon } from "./icons";

const WIDEST = 240; // px
const HIGHEST = 280; // px

/** The room a picture takes, known before it loads so that nothing moves. */
function room(width: number | null, height: number | null): { width: number; height: number } {
  if (!width || !height) return { width: WIDEST, height: 160 };
  const share = Math.min(1, WIDEST / width, HIGHEST / height);
  return { width: Math.max(48, Math.round(width * share)), height: Math.max(32, Math.round(height * share)) };
}

interface PictureProps {
  source: string;
  name: string;
  width: number | null;
  height: number | null;
  size: number;
  link?: string;
  /** Looks at it over the whole screen. */
  look?: () => void;
}

export function Picture({ source, name, width, height, size, link, look }: PictureProps) {
  const [broken, setBroken] = useState(false);
  if (broken) return <FileRow name={name} size={size} {...(link && { link })} />;
  const image = (
    <img src={source} alt={t("file.picture", { name })} {...room(width, height)} onError={() => setBroken(true)} />
  );
  if (!link) return <span class="picture">{image}</span>;
  return (
    <a class="picture" href={link} target="_blank" rel="noopener noreferrer" aria-label={t("file.open", { name })} onClick={(event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return;
      event.preventDefault();
      look?.();
    }}>
      {image}
    </a>
  );
}

export function FileRow({ name, size, link }: { name: string; size: number; link?: string }) {
  const measure = size ? fileSize(size, words.language()) : "";
  const inside = (
    <>
      <FileIcon />
      <span class="file-name">{name}</span>
      {measure && <span class="file-size">{measure}</span>}
    </>
  );
  if (!link) return <span class="file">{inside}</span>;
  return (
    <a class="file" href={link} target="_blank" rel="noopener noreferrer" aria-label={t("file.download", { name, size: measure })}>
      {inside}
    </a>
  );
}

/** `preview` is our own copy, still in memory: it stands in until the page is left. */
export function Attachment({ file, preview, look }: { file: AttachmentView; preview: string | undefined; look: () => void }) {
  const kind = file.inline ? file.mime.split("/")[0] : "";
  if (kind === "image") return <Picture source={preview ?? file.url} link={file.url} look={look} {...file} />;
  if (kind === "audio") return <audio controls preload="none" src={file.url} aria-label={file.name} />;
  if (kind === "video") return <video controls preload="metadata" src={file.url} aria-label={file.name} width={WIDEST} height={160} />;
  return <FileRow name={file.name} size={file.size} link={file.url} />;
}

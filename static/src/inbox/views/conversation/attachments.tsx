import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { fileSize } from "../../../shared/files";
import type { AttachmentView } from "../../../wire";
import { Icon } from "../../ui/icons";
import { language, t } from "../../words";

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

interface Looking {
  pictures: readonly AttachmentView[];
  at: number;
}

export const looking = signal<Looking | null>(null);

/** The lightbox is fetched with the first picture that is opened. */
export function LightboxPlace() {
  const [Lightbox, setLightbox] = useState<ComponentType<{ looking: Looking }> | null>(null);
  const open = looking.value;
  useEffect(() => {
    if (open && !Lightbox) void import("./lightbox").then((module) => setLightbox(() => module.Lightbox));
  }, [open]);
  return open && Lightbox ? <Lightbox looking={open} /> : null;
}

function isPicture(file: AttachmentView): boolean {
  return file.inline && file.mime.startsWith("image/");
}

function Picture({ file, open }: { file: AttachmentView; open: () => void }) {
  const [failed, setFailed] = useState(false);
  if (failed) return <Download file={file} />;
  return (
    <button
      type="button"
      class="picture"
      onClick={open}
      aria-label={t("attachment.open", { name: file.name })}
      title={file.name}
    >
      <img
        src={file.url}
        alt={file.name}
        {...roomFor(file)}
        loading="lazy"
        decoding="async"
        onError={() => setFailed(true)}
      />
    </button>
  );
}

function Download({ file }: { file: AttachmentView }) {
  return (
    <a
      class="file"
      href={file.url}
      download={file.name}
      target="_blank"
      rel="noopener"
      data-leave
      aria-label={t("attachment.download", { name: file.name })}
    >
      <Icon name="file" size={22} />
      <span class="file-name">{file.name}</span>
      <span class="file-size">{fileSize(file.size, language.value)}</span>
      <Icon name="download" size={16} />
    </a>
  );
}

export function Attachments({ files }: { files: readonly AttachmentView[] }) {
  if (files.length === 0) return null;
  const pictures = files.filter(isPicture);
  return (
    <div class="attachments">
      {files.map((file) => {
        if (isPicture(file))
          return (
            <Picture
              key={file.id}
              file={file}
              open={() => (looking.value = { pictures, at: pictures.indexOf(file) })}
            />
          );
        if (file.inline && file.mime.startsWith("audio/"))
          return <audio key={file.id} controls preload="metadata" src={file.url} aria-label={file.name} />;
        if (file.inline && file.mime.startsWith("video/"))
          return (
            <video key={file.id} controls preload="metadata" src={file.url} {...roomFor(file)} aria-label={file.name} />
          );
        return <Download key={file.id} file={file} />;
      })}
    </div>
  );
}

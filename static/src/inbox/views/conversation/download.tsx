// The way to a file itself, in words or as one button among tools.

import type { AttachmentView } from "../../../wire";
import { Icon } from "../../ui/icons";
import { t } from "../../words";

export function Download({ file }: { file: AttachmentView }) {
  return (
    <a class="button" href={file.url} download={file.name} target="_blank" rel="noopener" data-leave>
      <Icon name="download" size={16} />
      {t("download")}
    </a>
  );
}

export function DownloadTool({ file, small = false }: { file: AttachmentView; small?: boolean }) {
  return (
    <a
      class={small ? "button quiet square small" : "button quiet square"}
      href={file.url}
      download={file.name}
      target="_blank"
      rel="noopener"
      data-leave
      aria-label={t("attachment.download", { name: file.name })}
      title={t("download")}
    >
      <Icon name="download" {...(small && { size: 15 })} />
    </a>
  );
}

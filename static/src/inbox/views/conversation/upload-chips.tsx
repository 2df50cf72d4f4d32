import { fileSize } from "../../../shared/files";
import { Icon } from "../../ui/icons";
import { language, t } from "../../words";
import { removeFile, sendAgain, type Upload } from "./uploads";

function Chip({ place, one }: { place: string; one: Upload }) {
  const size = one.done?.size ?? one.file.size;
  return (
    <li class={one.failed ? "upload bad" : "upload"}>
      <Icon name="file" size={16} />
      <span class="upload-name" title={one.file.name}>
        {one.file.name}
      </span>
      {one.failed ? (
        <span class="upload-why" role="alert">
          {one.failed.text}
        </span>
      ) : (
        <span class="faint">{fileSize(size, language.value)}</span>
      )}
      {!one.done && !one.failed && (
        <progress
          class="upload-progress"
          max={1}
          value={one.share}
          aria-label={t("upload.progress", { name: one.file.name })}
        />
      )}
      {one.failed?.again && (
        <button type="button" class="button small" onClick={() => sendAgain(place, one.key)}>
          {t("try_again")}
        </button>
      )}
      <button
        type="button"
        class="button quiet square small"
        aria-label={t("upload.remove", { name: one.file.name })}
        onClick={() => removeFile(place, one.key)}
      >
        <Icon name="close" size={14} />
      </button>
    </li>
  );
}

export function UploadChips({ place, files }: { place: string; files: readonly Upload[] }) {
  if (files.length === 0) return null;
  return (
    <ul class="uploads">
      {files.map((one) => (
        <Chip key={one.key} place={place} one={one} />
      ))}
    </ul>
  );
}

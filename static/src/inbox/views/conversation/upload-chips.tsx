import { useEffect, useRef, useState } from "preact/hooks";
import { fileSize } from "../../../shared/files";
import type { AttachmentView } from "../../../wire";
import { Icon } from "../../ui/icons";
import { language, t } from "../../words";
import { keysIn, withoutPicture } from "../mail/marks";
import { isPicture } from "./gallery";
import { removeFile, sendAgain, type Upload } from "./uploads";

type Add = (files: readonly File[], instead?: string) => void;

/** A picture is known by its looks: two of them may be called the same. */
function Face({ one: { file, done } }: { one: Upload }) {
  const isOwn = file.size > 0 && file.type.startsWith("image/");
  const [made, setMade] = useState("");
  const [broken, setBroken] = useState(false);
  useEffect(() => {
    if (!isOwn) return;
    const url = URL.createObjectURL(file);
    setMade(url);
    return () => URL.revokeObjectURL(url);
  }, [file]);
  const source = isOwn ? made : done && isPicture(done) ? done.url : "";
  if (!source || broken) return <Icon name="file" size={16} />;
  return <img class="upload-picture" src={source} alt="" width={32} height={32} onError={() => setBroken(true)} />;
}

/** Another one in the place of a file that cannot go. */
function Replace({ one, add }: { one: Upload; add: Add }) {
  const picker = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        class="button small"
        aria-label={t("upload.replace_one", { name: one.file.name })}
        onClick={() => picker.current?.click()}
      >
        {t("upload.replace")}
      </button>
      <input
        ref={picker}
        type="file"
        hidden
        tabIndex={-1}
        onChange={(event) => add(Array.from(event.currentTarget.files ?? []), one.key)}
      />
    </>
  );
}

/** Where pictures may stand among the words. */
interface InWords {
  text?: string;
  put?: (file: AttachmentView) => void;
  change?: (text: string) => void;
}

interface ChipProps extends InWords {
  place: string;
  one: Upload;
  add: Add;
}

function Chip({ place, one, add, text = "", put, change }: ChipProps) {
  const { done } = one;
  const isPlaced = put !== undefined && done !== null && keysIn(text).has(done.id);
  const size = one.done?.size ?? one.file.size;
  return (
    <li class={one.failed ? "upload bad" : "upload"}>
      {one.failed ? <Icon name="warning" size={16} /> : <Face one={one} />}
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
      {put && done && isPicture(done) && !isPlaced && (
        <button
          type="button"
          class="button small"
          aria-label={t("upload.put_one", { name: one.file.name })}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => put(done)}
        >
          <Icon name="image" size={14} />
          {t("upload.put")}
        </button>
      )}
      {isPlaced && <span class="faint upload-placed">{t("upload.placed")}</span>}
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
      {one.failed && !one.failed.again && <Replace one={one} add={add} />}
      <button
        type="button"
        class="button quiet square small"
        aria-label={t("upload.remove", { name: one.file.name })}
        onClick={() => {
          removeFile(place, one.key);
          if (isPlaced && change) change(withoutPicture(text, done.id));
        }}
      >
        <Icon name="close" size={14} />
      </button>
    </li>
  );
}

interface UploadChipsProps extends InWords {
  place: string;
  files: readonly Upload[];
  add: Add;
}

export function UploadChips({ place, files, add, ...inWords }: UploadChipsProps) {
  if (files.length === 0) return null;
  return (
    <ul class="uploads">
      {files.map((one) => (
        <Chip key={one.key} place={place} one={one} add={add} {...inWords} />
      ))}
    </ul>
  );
}

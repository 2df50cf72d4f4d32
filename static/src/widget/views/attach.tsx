import { useEffect, useState } from "preact/hooks";
import { t } from "../words";
import { FileRow } from "./files";
import { CloseIcon } from "./icons";

/** The files that go with the next message. */
export function Chosen({ files, remove }: { files: readonly File[]; remove: (place: number) => void }) {
  return (
    <ul class="chosen">
      {files.map((file, n) => (
        <li key={`${n} ${file.name}`}>
          <Thumb file={file} />
          <button type="button" class="icon" aria-label={t("composer.remove", { name: file.name })} onClick={() => remove(n)}>
            <CloseIcon />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Thumb({ file }: { file: File }) {
  const [source, setSource] = useState("");
  useEffect(() => {
    if (!file.type.startsWith("image/")) return;
    const made = URL.createObjectURL(file);
    setSource(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return source ? <img src={source} alt={file.name} onError={() => setSource("")} /> : <FileRow name={file.name} size={file.size} />;
}

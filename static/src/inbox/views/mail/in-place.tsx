// A picture in its place among the words of a mail.

import { useState } from "preact/hooks";
import type { AttachmentView } from "../../../wire";
import { t } from "../../words";
import { roomFor } from "../conversation/attachments";
import { isPicture, looking } from "../conversation/gallery";
import type { Placed } from "./marks";

interface InPlaceProps {
  picture: Extract<Placed, { kind: "picture" }>;
  files: readonly AttachmentView[];
}

/** What is not there, or is no picture, is called by its name. */
export function InPlace({ picture, files }: InPlaceProps) {
  const [broken, setBroken] = useState(false);
  const file = files.find(({ id }) => id === picture.key);
  const name = picture.words || file?.name || "";
  if (!file || !isPicture(file) || broken) return <>[{name}]</>;
  return (
    <button
      type="button"
      class="picture in-place"
      aria-label={t("attachment.open", { name })}
      title={name}
      onClick={() => (looking.value = { file: file.id, among: files.filter(isPicture) })}
    >
      <img src={file.url} alt={name} {...roomFor(file)} loading="lazy" decoding="async" onError={() => setBroken(true)} />
    </button>
  );
}

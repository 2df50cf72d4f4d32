// Texts read here, as words only: nothing of them runs.

import "../../css/beside";
import { useEffect, useState } from "preact/hooks";
import type { AttachmentView } from "../../../wire";
import { fileSize } from "../../../shared/files";
import { Dialog } from "../../ui/dialog";
import { Failed, Skeleton } from "../../ui/states";
import { language, t } from "../../words";
import { Download } from "./download";
import { reading } from "./gallery";

const READ = 256 * 1024; // bytes of a text that are read at most

interface Told {
  text: string;
  whole: boolean;
}

/** The beginning of a text; a letter that is cut in two at its end is left out. */
async function beginningOf(url: string, signal: AbortSignal): Promise<Told> {
  const answer = await fetch(url, { signal, headers: { Range: `bytes=0-${READ - 1}` } });
  if (!answer.ok || !answer.body) throw new Error(String(answer.status));
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  const body = answer.body.getReader();
  for (let part = await body.read(); !part.done; part = await body.read()) {
    bytes += part.value.length;
    text += decoder.decode(part.value, { stream: true });
    if (bytes > READ) {
      await body.cancel();
      break;
    }
  }
  return { text, whole: bytes < READ };
}

function TextPage({ file }: { file: AttachmentView }) {
  const [told, setTold] = useState<Told | null>(null);
  const [failed, setFailed] = useState(false);
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setFailed(false);
    beginningOf(file.url, stop.signal).then(setTold, () => !stop.signal.aborted && setFailed(true));
    return () => stop.abort();
  }, [file.url, asked]);
  if (failed) return <Failed text={t("reader.failed")} retry={() => setAsked(asked + 1)} />;
  if (!told) return <Skeleton kind="line" rows={8} />;
  return (
    <>
      <pre class="reader-text" tabIndex={0} role="region" aria-label={file.name} dir="auto">
        {told.text}
      </pre>
      {!told.whole && <p class="faint">{t("reader.cut")}</p>}
    </>
  );
}

export function Reader({ file }: { file: AttachmentView }) {
  const close = () => (reading.value = null);
  return (
    <Dialog title={file.name} wide close={close}>
      <TextPage file={file} />
      <div class="form-acts">
        <span class="file-size">{fileSize(file.size, language.value)}</span>
        <Download file={file} />
      </div>
    </Dialog>
  );
}

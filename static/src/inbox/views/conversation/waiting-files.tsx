// Files of hers that still lie with the provider: where they will stand, or why they did not come.

import type { MessageView, ProblemView, RemoteFileView } from "../../../wire";
import { fetchAgain } from "../../commands";
import { choiceFor } from "../../store/select";
import { known } from "../../store";
import { Icon } from "../../ui/icons";
import { toast } from "../../ui/toasts";
import { problemText, t } from "../../words";

function kindWord(mime: string): string {
  const [kind] = mime.split("/");
  if (kind === "image" || kind === "audio" || kind === "video") return t(`file.kind.${kind}`);
  return t("file.kind.other");
}

function Waiting({ file, asked }: { file: RemoteFileView; asked: boolean }) {
  const failed = file.state === "failed" && !asked;
  const why = failed && file.problem ? problemText({ text: file.problem, params: {}, status: 422 }) : "";
  return (
    <li class={failed ? "file-waiting bad" : "file-waiting"}>
      {failed ? <Icon name="warning" size={18} /> : <span class="file-bone" aria-hidden="true" />}
      <span>
        {t(failed ? "file.failed" : "file.waiting", { kind: kindWord(file.mime) })} {why}
      </span>
    </li>
  );
}

export function WaitingFiles({ message }: { message: MessageView }) {
  const { files } = message;
  if (!files?.length) return null;
  const asked = choiceFor(known.pending, message.id) === "fetch_again";
  const again = () => fetchAgain(message.id).catch((problem: ProblemView) => toast(problemText(problem), { bad: true }));
  return (
    <div class="files-waiting">
      <ul>
        {files.map((file) => (
          <Waiting key={file.id} file={file} asked={asked} />
        ))}
      </ul>
      {!asked && files.some((file) => file.state === "failed") && (
        <button type="button" class="button small" data-act="fetch-again" onClick={again}>
          <Icon name="again" size={14} />
          {t("try_again")}
        </button>
      )}
    </div>
  );
}

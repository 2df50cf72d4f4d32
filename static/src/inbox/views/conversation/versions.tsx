// What an edited message said before. Only the team is told.

import { useEffect, useState } from "preact/hooks";
import type { MessageView, VersionsList, VersionView } from "../../../wire";
import { exact } from "../../../shared/time";
import { get, problemOf } from "../../api";
import { known } from "../../store";
import { accountOf, legOf } from "../../store/select";
import { Dialog } from "../../ui/dialog";
import { Moment } from "../../ui/moment";
import { Skeleton } from "../../ui/states";
import { language, problemText, t } from "../../words";
import { carriesMarks, MessageText } from "./text";

export function Versions({ message, close }: { message: MessageView; close: () => void }) {
  const [versions, setVersions] = useState<readonly VersionView[] | null>(null);
  const view = known.conversations.get(message.conversation);
  const marked = carriesMarks(message, view && accountOf(known, legOf(view, message.leg)));
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    get<VersionsList>(`/messages/${message.id}/versions`).then(
      (told) => setVersions([...told.versions].reverse()),
      (error: unknown) => setProblem(problemText(problemOf(error))),
    );
  }, [message.id, message.edited_at]);
  return (
    <Dialog title={t("versions")} close={close}>
      {problem && (
        <p class="form-problem" role="alert">
          {problem}
        </p>
      )}
      {!versions && !problem && <Skeleton kind="line" rows={3} />}
      <ol class="versions">
        {versions?.map((version, index) => (
          <li key={version.at} class="version">
            <span class="version-at">
              {t(index === 0 ? "versions.now" : "versions.before")} · <Moment at={version.at} />
            </span>
            <MessageText text={version.text} marked={marked} />
          </li>
        ))}
      </ol>
    </Dialog>
  );
}

/** The mark of an edited message; pressed, it shows what it said before. */
export function Edited({ message, at }: { message: MessageView; at: number }) {
  const [open, setOpen] = useState(false);
  const says = t("versions.show", { at: exact(at, language.value) });
  return (
    <>
      <button type="button" class="edited-mark" title={says} aria-label={says} onClick={() => setOpen(true)}>
        {t("message.edited")}
      </button>
      {open && <Versions message={message} close={() => setOpen(false)} />}
    </>
  );
}

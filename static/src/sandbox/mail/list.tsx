import { shortMoment } from "../../shared/time";
import type { Folder } from "./door";
import { Clip } from "./icons";
import type { Thread } from "./threads";
import { language, t } from "./words";

interface Listed {
  threads: readonly Thread[];
  folder: Folder;
  at: number;
  /** The thread that is read. */
  chosen: string;
  open: (thread: string) => void;
}

export function List({ threads, folder, at, chosen, open }: Listed) {
  return (
    <div class="list">
      <h2>{t(`letters.folder.${folder}`)}</h2>
      {threads.length === 0 && <p class="nothing">{t(folder === "inbox" ? "letters.no_mail" : "letters.none_sent")}</p>}
      <ul>
        {threads.map((thread) => (
          <li key={thread.id}>
            <button
              type="button"
              class={thread.unread ? "row-of unread" : "row-of"}
              aria-current={thread.id === chosen}
              onClick={() => open(thread.id)}
            >
              <span class="who">
                {thread.unread && <span class="only-heard">{t("letters.is_new")}</span>}
                {folder === "sent" ? t("letters.for", { who: thread.last.for }) : who(thread)}
                {thread.letters.length > 1 && <span class="many">{thread.letters.length}</span>}
              </span>
              <time>{shortMoment(thread.last.at, at, language)}</time>
              <span class="about">{thread.last.subject || t("letters.no_subject")}</span>
              {thread.files && (
                <span class="clip" role="img" aria-label={t("letters.with_files")} title={t("letters.with_files")}>
                  <Clip />
                </span>
              )}
              <span class="preview">{thread.last.preview}</span>
              <Marks thread={thread} />
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

function who(thread: Thread): string {
  return thread.last.from.name || thread.last.from.address;
}

function Marks({ thread }: { thread: Thread }) {
  const own = thread.letters.findLast((letter) => letter.folder === "sent");
  const state = own && own.state !== "sent" && own.state !== "" ? own.state : null;
  if (!state && !thread.last.automatic) return null;
  return (
    <span class="marks">
      {state && <span class={state === "refused" ? "mark bad" : "mark"}>{t(`letters.state.${state}`)}</span>}
      {thread.last.automatic && <span class="mark">{t("letters.automatic")}</span>}
    </span>
  );
}

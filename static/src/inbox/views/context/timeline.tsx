// What happened to a person, across conversations and channels, the newest first.

import { useEffect, useState } from "preact/hooks";
import type { ContactView, TimelineLine, TimelinePage } from "../../../wire";
import { get } from "../../api";
import { known } from "../../store";
import { Icon, type IconName } from "../../ui/icons";
import { Moment } from "../../ui/moment";
import { Failed, Skeleton } from "../../ui/states";
import { t } from "../../words";
import { lineWords } from "../conversation/lines";
import { actorName } from "../names";
import { Section } from "./section";

const PAGE = 20;

const ICONS: Readonly<Record<string, IconName>> = {
  "conversation.created": "inbox",
  "conversation.changed": "check",
  "conversation.merged": "merge",
  "conversation.split": "split",
  "merge.undone": "split",
  "contact.merged": "merge",
  "contact.split": "split",
  "contact.erased": "trash",
};

function fieldsOf(line: TimelineLine): string[] {
  return Array.isArray(line.changes.fields) ? line.changes.fields.map(String) : [];
}

function iconOf(line: TimelineLine): IconName {
  const fields = fieldsOf(line);
  if (fields.includes("notes")) return "note";
  if (fields.includes("blocked")) return "block";
  return ICONS[line.kind] ?? "shield";
}

/** What a change of the person herself says to people. */
function personWords(line: TimelineLine): string {
  const name = actorName(line.actor);
  const fields = fieldsOf(line);
  if (fields.includes("notes")) {
    if (line.changes.note === "added") return t("timeline.noted", { name });
    return line.changes.note === "edited" ? t("timeline.note_edited", { name }) : t("timeline.note_removed", { name });
  }
  if (fields.includes("blocked")) return t("timeline.blocked", { name });
  return line.address ? t("timeline.proven_address", { address: line.address }) : t("timeline.proven");
}

function Line({ line, here }: { line: TimelineLine; here: number }) {
  const words = line.kind === "contact.changed" ? personWords(line) : lineWords(line);
  if (words === null) return null;
  return (
    <li class="timeline-line">
      <Icon name={iconOf(line)} size={14} />
      <span class="timeline-words">
        {words}
        {line.note && <span class="timeline-note">{line.note.text}</span>}
        <span class="faint timeline-foot">
          {line.number !== null && line.number !== here && (
            <>
              <a href={`/c/${line.number}`}>#{line.number}</a>
              {line.title && ` ${line.title}`}
              {" · "}
            </>
          )}
          <Moment at={line.at} />
        </span>
      </span>
    </li>
  );
}

function List({ contact: { id, position }, here }: { contact: ContactView; here: number }) {
  const [lines, setLines] = useState<readonly TimelineLine[] | null>(null);
  const [before, setBefore] = useState<string | null>(null);
  const [problem, setProblem] = useState(false);
  const { generation } = known;
  const ask = (more: string | null) => {
    setProblem(false);
    get<TimelinePage>(`/contacts/${id}/timeline`, { before: more, limit: PAGE }).then(
      (page) => {
        setLines((old) => (more === null ? page.lines : [...(old ?? []), ...page.lines]));
        setBefore(page.before);
      },
      () => setProblem(true),
    );
  };
  useEffect(() => setLines(null), [id, generation]);
  useEffect(() => ask(null), [id, generation, position]);
  return (
    <>
      {!lines && !problem && <Skeleton kind="line" rows={3} />}
      {lines && (
        <ol class="timeline">
          {lines.map((line) => (
            <Line key={line.position} line={line} here={here} />
          ))}
        </ol>
      )}
      {problem && <Failed text={t("timeline.failed")} retry={() => ask(lines ? before : null)} />}
      {before !== null && !problem && (
        <button type="button" class="button quiet small" onClick={() => ask(before)}>
          {t("timeline.more")}
        </button>
      )}
    </>
  );
}

export function Timeline({ contact, here }: { contact: ContactView; here: number }) {
  return (
    <Section name="timeline" title={t("timeline")} open={false}>
      <List contact={contact} here={here} />
    </Section>
  );
}

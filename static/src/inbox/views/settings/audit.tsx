import { useEffect, useRef, useState } from "preact/hooks";
import { exact, stamp } from "../../../shared/time";
import type { AuditLine, AuditPage } from "../../../wire";
import { get } from "../../api";
import { now } from "../../clock";
import { known } from "../../store";
import { Icon } from "../../ui/icons";
import { ago } from "../../ui/moment";
import { Empty, Failed, Skeleton } from "../../ui/states";
import { language, t } from "../../words";
import { auditWords, KINDS, kindWords } from "./audit-words";
import { usePages } from "./pages";

interface Filter {
  agent: string;
  kind: string;
  conversation: string;
  from: string;
  to: string;
}

const NONE: Filter = { agent: "", kind: "", conversation: "", from: "", to: "" };
const AHEAD = "600px"; // before the end of the page at which more is asked for

/** Midnight of a day as the reader knows it; with `later` of the day after, so that the last day is a whole one. */
function midnight(day: string, later = 0): number | null {
  const [year, month, date] = day.split("-").map(Number);
  return year && month && date ? new Date(year, month - 1, date + later).getTime() : null;
}

function queryOf({ agent, kind, conversation, from, to }: Filter): Record<string, string | number | null> {
  return {
    agent,
    kind,
    conversation: conversation.replace(/[^0-9a-z]/g, ""),
    after: midnight(from),
    until: midnight(to, 1),
  };
}

function exportAddress(filter: Filter): string {
  const said = Object.entries(queryOf(filter)).filter(([, value]) => value !== null && value !== "");
  const search = new URLSearchParams(said.map(([name, value]) => [name, String(value)])).toString();
  return `/api/v1/audit/export${search && `?${search}`}`;
}

async function auditPage(filter: Filter, before: string | null) {
  const page = await get<AuditPage>("/audit", { ...queryOf(filter), before });
  return { rows: page.lines, before: page.before };
}

function Filters({ filter, change }: { filter: Filter; change: (filter: Filter) => void }) {
  const set = (some: Partial<Filter>) => change({ ...filter, ...some });
  const isNone = Object.values(filter).every((value) => value === "");
  return (
    <form class="audit-filters" role="search" onSubmit={(event) => event.preventDefault()}>
      <label class="field">
        <span>{t("audit.who")}</span>
        <select class="input" value={filter.agent} onChange={(event) => set({ agent: event.currentTarget.value })}>
          <option value="">{t("audit.everybody")}</option>
          {known.directory.agents.map((agent) => (
            <option key={agent.id} value={agent.id}>
              {agent.name}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{t("audit.what")}</span>
        <select class="input" value={filter.kind} onChange={(event) => set({ kind: event.currentTarget.value })}>
          <option value="">{t("audit.everything")}</option>
          {KINDS.map((kind) => (
            <option key={kind} value={kind}>
              {kindWords(kind)}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        <span>{t("audit.conversation_number")}</span>
        <input
          class="input"
          inputMode="numeric"
          maxLength={30}
          placeholder="#"
          value={filter.conversation}
          onInput={(event) => set({ conversation: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        <span>{t("audit.from")}</span>
        <input
          class="input"
          type="date"
          value={filter.from}
          max={filter.to || undefined}
          onInput={(event) => set({ from: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        <span>{t("audit.to")}</span>
        <input
          class="input"
          type="date"
          value={filter.to}
          min={filter.from || undefined}
          onInput={(event) => set({ to: event.currentTarget.value })}
        />
      </label>
      <div class="form-acts">
        {!isNone && (
          <button type="button" class="button" onClick={() => change(NONE)}>
            {t("audit.all")}
          </button>
        )}
        <a class="button" href={exportAddress(filter)} download="audit.csv">
          <Icon name="download" size={15} />
          {t("audit.export")}
        </a>
      </div>
    </form>
  );
}

function Row({ line }: { line: AuditLine }) {
  const whole = `${exact(line.at, language.value)} (${ago(line.at, now.value, language.value)})`;
  return (
    <tr>
      <td class="audit-when">
        <time dateTime={new Date(line.at).toISOString()} title={whole}>
          {stamp(line.at, language.value)}
        </time>
      </td>
      <td>{auditWords(line)}</td>
      <td class="audit-where">
        {line.number !== null && (
          <a href={`/c/${line.number}`} title={t("audit.open")}>
            #{line.number}
          </a>
        )}
      </td>
    </tr>
  );
}

/** Asks for more when its place comes into view. */
function More({ ask }: { ask: () => void }) {
  const place = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const seen = new IntersectionObserver((entries) => entries.some((one) => one.isIntersecting) && ask(), {
      rootMargin: AHEAD,
    });
    if (place.current) seen.observe(place.current);
    return () => seen.disconnect();
  });
  return (
    <button ref={place} type="button" class="button" onClick={ask}>
      {t("search.more")}
    </button>
  );
}

export function Audit() {
  const [filter, setFilter] = useState<Filter>(NONE);
  const { rows: lines, before, phase, problem, ask } = usePages(
    (from) => auditPage(filter, from),
    filter,
    filter === NONE,
  );
  return (
    <>
      <p class="faint">{t("audit.more")}</p>
      <Filters filter={filter} change={setFilter} />
      {lines.length > 0 && (
        <table class="audit card" aria-busy={phase === "asked"}>
          <thead>
            <tr>
              <th scope="col">{t("audit.when")}</th>
              <th scope="col">{t("audit.what")}</th>
              <th scope="col">{t("audit.conversation_number")}</th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <Row key={line.position} line={line} />
            ))}
          </tbody>
        </table>
      )}
      {phase === "asked" && <Skeleton kind="line" rows={lines.length ? 2 : 8} />}
      {phase === "failed" && <Failed text={problem} retry={() => void ask(lines.length ? before : null)} />}
      {phase === "ready" && lines.length === 0 && <Empty icon="list" title={t("audit.none")} />}
      {phase === "ready" && before && <More ask={() => void ask(before)} />}
    </>
  );
}

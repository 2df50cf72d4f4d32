import { useEffect, useState } from "preact/hooks";
import type { ActorView } from "../../../wire";
import { get, problemOf } from "../../api";
import { Moment } from "../../ui/moment";
import { Empty, Failed, Skeleton } from "../../ui/states";
import { problemText, t } from "../../words";
import { lineWords } from "../conversation/lines";
import { actorName } from "../names";

interface AuditRow {
  position: number;
  at: number;
  kind: string;
  actor: ActorView;
  conversation: string | null;
  subject: string | null;
  changes: Record<string, unknown>;
}

interface Page {
  lines: AuditRow[];
  before: string | null;
}

export function Audit() {
  const [rows, setRows] = useState<readonly AuditRow[]>([]);
  const [before, setBefore] = useState<string | null>(null);
  const [phase, setPhase] = useState<"asked" | "ready" | "failed">("asked");
  const [problem, setProblem] = useState("");
  const ask = async (from: string | null) => {
    setPhase("asked");
    try {
      const page = await get<Page>("/audit", { before: from });
      setRows((now) => [...(from ? now : []), ...page.lines]);
      setBefore(page.before);
      setPhase("ready");
    } catch (error) {
      setProblem(problemText(problemOf(error)));
      setPhase("failed");
    }
  };
  useEffect(() => {
    void ask(null);
  }, []);
  return (
    <>
      <p class="faint">{t("audit.more")}</p>
      <ul class="rows card">
        {rows.map((row) => (
          <li key={row.position} class="rows-row">
            <span class="rows-main">{lineWords(row) ?? <code>{row.kind}</code>}</span>
            <span class="rows-more faint">
              {actorName(row.actor)} · <Moment at={row.at} />
              {row.conversation && (
                <>
                  {" "}
                  · <a href={`/c/${row.conversation}`}>{t("audit.open")}</a>
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
      {phase === "asked" && <Skeleton kind="line" rows={8} />}
      {phase === "failed" && <Failed text={problem} retry={() => void ask(before)} />}
      {phase === "ready" && rows.length === 0 && <Empty icon="list" title={t("audit.none")} />}
      {phase === "ready" && before && (
        <button type="button" class="button" onClick={() => void ask(before)}>
          {t("search.more")}
        </button>
      )}
    </>
  );
}

// Rows that a page asks for page by page, anew with each other question.

import { useEffect, useRef, useState } from "preact/hooks";
import { problemOf } from "../../api";
import { problemText } from "../../words";

const SETTLES = 250; // ms after the last change of the question until it is asked

export interface Page<Row> {
  rows: readonly Row[];
  /** Where the next page goes on; null: this was the last. */
  before: string | null;
}

/** An answer that another question has overtaken is not heard. `question` says which one it is; one that is `whole`
 *  waits for no further letter. */
export function usePages<Row>(fetch: (before: string | null) => Promise<Page<Row>>, question: unknown, whole: boolean) {
  const [rows, setRows] = useState<readonly Row[]>([]);
  const [before, setBefore] = useState<string | null>(null);
  const [phase, setPhase] = useState<"asked" | "ready" | "failed">("asked");
  const [problem, setProblem] = useState("");
  const round = useRef(0);
  const ask = async (from: string | null) => {
    const mine = ++round.current;
    setPhase("asked");
    try {
      const page = await fetch(from);
      if (mine !== round.current) return;
      setRows((now) => [...(from ? now : []), ...page.rows]);
      setBefore(page.before);
      setPhase("ready");
    } catch (error) {
      if (mine !== round.current) return;
      setProblem(problemText(problemOf(error)));
      setPhase("failed");
    }
  };
  useEffect(() => {
    round.current++;
    setPhase("asked");
    const timer = setTimeout(() => void ask(null), whole ? 0 : SETTLES);
    return () => clearTimeout(timer);
  }, [question]);
  return { rows, before, phase, problem, ask };
}

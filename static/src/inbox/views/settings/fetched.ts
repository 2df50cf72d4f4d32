import { useEffect, useState } from "preact/hooks";
import { get, problemOf } from "../../api";
import { problemText } from "../../words";

export type Fetched<T> = { phase: "asked" } | { phase: "failed"; text: string } | { phase: "ready"; value: T };

/** What a page shows from REST, read when it opens and again after each change; a change of `told` is another's. */
export function useFetched<T>(path: string, told: number | string = 0): [Fetched<T>, () => void] {
  const [fetched, setFetched] = useState<Fetched<T>>({ phase: "asked" });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let gone = false;
    get<T>(path).then(
      (value) => !gone && setFetched({ phase: "ready", value }),
      (error: unknown) => !gone && setFetched({ phase: "failed", text: problemText(problemOf(error)) }),
    );
    return () => {
      gone = true;
    };
  }, [path, round, told]);
  const again = () => {
    // What stands is kept until the answer has come; what went wrong is not.
    setFetched((now) => (now.phase === "failed" ? { phase: "asked" } : now));
    setRound((n) => n + 1);
  };
  return [fetched, again];
}

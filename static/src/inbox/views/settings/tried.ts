// What the server makes of something that is still being written, reckoned anew when it rests.

import { useEffect, useState } from "preact/hooks";
import { post, problemOf } from "../../api";
import { problemText } from "../../words";

const SETTLES = 250; // ms without a change until it is reckoned

export type Tried<Answer> =
  | { phase: "none" }
  | { phase: "asked" }
  | { phase: "failed"; text: string }
  | ({ phase: "ready" } & Answer);

/** Null: there is nothing to try. What was reckoned last stands until the next answer. */
export function useTried<Answer>(path: string, body: object | null): Tried<Answer> {
  const [tried, setTried] = useState<Tried<Answer>>({ phase: body === null ? "none" : "asked" });
  const said = JSON.stringify(body);
  useEffect(() => {
    if (body === null) return setTried({ phase: "none" });
    let current = true;
    setTried((before) => (before.phase === "ready" ? before : { phase: "asked" }));
    const timer = setTimeout(() => {
      post<Answer>(path, body).then(
        (answer) => current && setTried({ phase: "ready", ...answer }),
        (error: unknown) => current && setTried({ phase: "failed", text: problemText(problemOf(error)) }),
      );
    }, SETTLES);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [path, said]);
  return tried;
}

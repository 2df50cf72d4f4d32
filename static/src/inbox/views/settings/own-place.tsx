import { useState } from "preact/hooks";
import { problemOf } from "../../api";
import { makeLinkCode, unlinkOutside } from "../../commands";
import { Problem } from "../../ui/problem";
import { problemText, t } from "../../words";
import { CopyButton } from "./copy";
import { useFetched } from "./fetched";

/** Who the agent is in a place outside: a code that is said there once links the two. */
export function OwnPlace({ name, label }: { name: string; label: string }) {
  const [link, again] = useFetched<{ linked_at: number | null }>(`/places/${name}/link`);
  const [code, setCode] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const linked = link.phase === "ready" && link.value.linked_at !== null;
  const run = async (what: () => Promise<unknown>) => {
    setProblem(null);
    try {
      await what();
    } catch (error) {
      setProblem(problemText(problemOf(error)));
    }
  };
  const said = `/parley link ${code}`;
  return (
    <section class="card">
      <h3 class="card-title">{label}</h3>
      <p class="faint">{t(linked ? "place.linked" : "place.more", { place: label })}</p>
      {code && !linked && (
        <>
          <p>{t("place.say", { place: label })}</p>
          <p>
            <code>{said}</code> <CopyButton text={said} />
          </p>
        </>
      )}
      {link.phase === "failed" && <Problem text={link.text} />}
      <Problem text={problem} />
      <div class="form-acts">
        {linked ? (
          <button type="button" class="button" onClick={() => void run(() => unlinkOutside(name).then(() => (setCode(""), again())))}>
            {t("place.unlink")}
          </button>
        ) : (
          <button type="button" class="button" onClick={() => void run(() => makeLinkCode(name).then((made) => (setCode(made.code), again())))}>
            {t(code ? "place.another" : "place.code")}
          </button>
        )}
      </div>
    </section>
  );
}

import { useEffect, useState } from "preact/hooks";
import type { Moves as Told } from "../../wire";
import type { Chat } from "../chat";
import { type Key, t } from "../words";

const ANEW = 25 * 60_000; // ms; what stands here is good for half an hour

/** Where else she may go on: her phone follows a link, looks at it, or is told the word. And where a copy may go. */
export function Moves({ chat }: { chat: Chat }) {
  const [told, setTold] = useState<Told | null | undefined>();
  const [at, setAt] = useState(0);
  const [copied, setCopied] = useState<Key>();
  useEffect(() => {
    const ask = () => void chat.call<Told>("moves").then(setTold, () => setTold(null));
    ask();
    const again = setInterval(ask, ANEW);
    return () => clearInterval(again);
  }, []);
  const ways = told?.ways;
  const address = told?.copy_to;
  // What was said, by mail to the address that is proven to be hers. She has it once, however often that is pressed.
  const copy = () =>
    void chat.call("transcript").then(
      () => setCopied("copy.sent"),
      () => setCopied("copy.failed"),
    );
  const way = ways?.[at];
  // What is in the hand already does not look at its own screen.
  const hand = matchMedia("(pointer: coarse)").matches;
  return (
    <section class="away moves" aria-label={t("moves.label")}>
      <p role="status">{told === null ? t("moves.failed") : way && t(hand ? "moves.hand" : "moves.text")}</p>
      {way && (
        <>
          {ways?.[1] && (
            <div class="away-row">
              {ways.map(({ label }, n) => (
                <button key={n} type="button" aria-pressed={n === at} onClick={() => setAt(n)}>{label}</button>
              ))}
            </div>
          )}
          <a class="go" href={way.link} target="_blank" rel="noopener">{t("moves.on", { by: way.by })}</a>
          {!hand && (
            <svg role="img" aria-label={t("moves.code", { by: way.by })} viewBox={`0 0 ${way.side} ${way.side}`}><path d={way.qr} /></svg>
          )}
          <p>{t("moves.type", { word: way.word, number: way.number })}</p>
        </>
      )}
      {address && <p role="status">{t(copied ?? "copy.text", { address })}</p>}
      {address && !copied && <button type="button" onClick={copy}>{t("copy.send")}</button>}
    </section>
  );
}

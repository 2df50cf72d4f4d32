import type { ParkedAnswer, ParkedBody, ParkedView } from "../../../wire";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icons";
import { Failed, Skeleton } from "../../ui/states";
import { t, type WordKey } from "../../words";
import { Snippet } from "./copy";
import { useFetched } from "./fetched";

function headersOf(call: ParkedBody): string {
  return Object.entries(call.headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}

function Whole({ call }: { call: ParkedBody }) {
  return (
    <>
      <h3>{t("parked.head")}</h3>
      <Snippet text={`${call.method} ${call.url}\n${headersOf(call)}`.trimEnd()} label={t("parked.head")} />
      <h3>{t("parked.body")}</h3>
      {call.size === 0 ? (
        <p class="faint">{t("parked.no_body")}</p>
      ) : (
        <>
          {!call.whole && <p class="form-note">{t("parked.cut")}</p>}
          <Snippet text={call.text} label={t("parked.body")} />
          <p>
            <a class="button" href={`/api/v1/parked/${call.id}/body`} download data-leave>
              <Icon name="download" size={15} />
              {t("parked.download")}
            </a>
          </p>
        </>
      )}
    </>
  );
}

/** One call as it came, shown as text and never as anything else. */
export function ParkedCall({ call, close }: { call: ParkedView; close: () => void }) {
  const [fetched, again] = useFetched<ParkedAnswer>(`/parked/${call.id}`);
  return (
    <Dialog title={t("parked.call")} close={close} wide>
      <div class="form parked-call">
        <p>{t(`parked.why.${call.reason}` as WordKey)}</p>
        <p>
          <code class="parked-detail">{call.detail}</code>
        </p>
        {fetched.phase === "asked" && <Skeleton kind="line" rows={5} />}
        {fetched.phase === "failed" && <Failed text={fetched.text} retry={again} />}
        {fetched.phase === "ready" && <Whole call={fetched.value.parked} />}
      </div>
    </Dialog>
  );
}

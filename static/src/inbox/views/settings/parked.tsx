import { useState } from "preact/hooks";
import { fileSize } from "../../../shared/files";
import type { ParkedPage, ParkedView, ReplayAnswer, ReplayedAll } from "../../../wire";
import { get, post, problemOf } from "../../api";
import { known } from "../../store";
import { ChoiceRow } from "../../ui/choice-row";
import { Icon } from "../../ui/icons";
import { Moment } from "../../ui/moment";
import { Empty, Failed, Skeleton } from "../../ui/states";
import { toast, undoable } from "../../ui/toasts";
import { count, language, problemText, t, type WordKey } from "../../words";
import { usePages } from "./pages";
import { ParkedCall } from "./parked-call";
import { changes } from "./told";

type Which = "waiting" | "discarded";

const WHICH: readonly Which[] = ["waiting", "discarded"];

async function parkedPage(which: Which, before: string | null, told: (page: ParkedPage) => void) {
  const page = await get<ParkedPage>("/parked", { state: which, before });
  told(page);
  return { rows: page.parked, before: page.before };
}

/** What is done from here: it says how it went, and the list is read anew. */
async function act(run: () => Promise<unknown>, again: () => void): Promise<void> {
  try {
    await run();
  } catch (error) {
    toast(problemText(problemOf(error)), { bad: true });
  }
  again();
}

async function replay(call: ParkedView): Promise<void> {
  const { parked } = await post<ReplayAnswer>(`/parked/${call.id}/replay`);
  if (parked === null) toast(t("parked.taken"));
  else toast(t("parked.still", { reason: t(`parked.reason.${parked.reason}` as WordKey) }), { bad: true });
}

async function replayAll(): Promise<void> {
  const { taken, failed, left } = await post<ReplayedAll>("/parked/replay");
  const said = [
    ...(taken || !failed ? [count("parked.all_taken", taken)] : []),
    ...(failed ? [count("parked.all_failed", failed)] : []),
    ...(left ? [count("parked.all_left", left)] : []),
  ];
  toast(said.join(" "), { bad: failed > 0 });
}

function labelOf(account: string): string {
  return known.directory.accounts.find((one) => one.id === account)?.label[language.value] ?? account;
}

interface RowProps {
  call: ParkedView;
  look: () => void;
  again: () => void;
}

function Acts({ call, look, again }: RowProps) {
  const turn = (where: "discard" | "restore") => post(`/parked/${call.id}/${where}`);
  const discard = async () => {
    await turn("discard");
    undoable(t("parked.is_discarded"), () => void act(() => turn("restore"), again));
  };
  return (
    <span class="rows-acts">
      <button type="button" class="button small" onClick={look}>
        {t("parked.look")}
      </button>
      {call.discarded_at === null ? (
        <>
          <button type="button" class="button small" onClick={() => void act(() => replay(call), again)}>
            {t("parked.replay")}
          </button>
          <button type="button" class="button small danger-quiet" onClick={() => void act(discard, again)}>
            {t("parked.discard")}
          </button>
        </>
      ) : (
        <button type="button" class="button small" onClick={() => void act(() => turn("restore"), again)}>
          {t("parked.restore")}
        </button>
      )}
    </span>
  );
}

function Row(props: RowProps) {
  const { call } = props;
  return (
    <li class="rows-row parked-row">
      <span class="rows-main">
        <b>{labelOf(call.account)}</b>{" "}
        <span class="badge bad">{t(`parked.reason.${call.reason}` as WordKey)}</span>
        <span class="rows-under faint">
          <Moment at={call.at} /> · {fileSize(call.size, language.value)} · {count("parked.tries", call.tries)}
        </span>
        <code class="parked-detail">{call.detail}</code>
      </span>
      <Acts {...props} />
    </li>
  );
}

/** How many wait, and the one button for all of them. */
function Waiting({ waiting, again }: { waiting: number; again: () => void }) {
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    await act(replayAll, again);
    setBusy(false);
  };
  return (
    <section class="card parked-waiting">
      <Icon name="warning" />
      <p>{count("parked.count", waiting)}</p>
      <button type="button" class="button" disabled={busy} onClick={() => void run()}>
        {t("parked.replay_all")}
      </button>
    </section>
  );
}

/** What providers sent and could not be taken in: nothing of it is lost, and none of it goes by itself for weeks. */
export function Parked() {
  const [which, setWhich] = useState<Which>("waiting");
  const [told, setTold] = useState<ParkedPage | null>(null);
  const [looked, setLooked] = useState<ParkedView | null>(null);
  const { rows, before, phase, problem, ask } = usePages(
    (from) => parkedPage(which, from, setTold),
    `${which} ${changes.parked.value}`,
    true,
  );
  const again = () => void ask(null);
  const shown = rows.filter((one) => (one.discarded_at === null) === (which === "waiting"));
  return (
    <>
      <p class="faint">
        {t("parked.more")} {told && count("parked.kept", told.kept)}
      </p>
      {told !== null && told.waiting > 0 && <Waiting waiting={told.waiting} again={again} />}
      <div class="settings-bar">
        <ChoiceRow
          label={t("settings.parked")}
          name="which"
          choices={WHICH.map((id) => ({ id, label: t(`parked.${id}`) }))}
          chosen={which}
          choose={setWhich}
        />
      </div>
      {shown.length > 0 && (
        <ul class="rows card" aria-busy={phase === "asked"}>
          {shown.map((call) => (
            <Row key={call.id} call={call} look={() => setLooked(call)} again={again} />
          ))}
        </ul>
      )}
      {phase === "asked" && shown.length === 0 && <Skeleton kind="line" rows={6} />}
      {phase === "failed" && <Failed text={problem} retry={again} />}
      {phase === "ready" && shown.length === 0 && (
        <Empty icon="check" title={t(`parked.none.${which}`)}>
          {t(`parked.none_more.${which}`)}
        </Empty>
      )}
      {phase === "ready" && before && (
        <button type="button" class="button" onClick={() => void ask(before)}>
          {t("search.more")}
        </button>
      )}
      {looked && <ParkedCall call={looked} close={() => setLooked(null)} />}
    </>
  );
}

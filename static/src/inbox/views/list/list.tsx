import { signal, useComputed } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { loadList } from "../../load";
import { preferences } from "../../preferences";
import { known, state } from "../../store";
import { countOf } from "../../store/counts";
import { listKey } from "../../store/lists";
import { rowsOf } from "../../store/select";
import type { Filter } from "../../store/state";
import { Empty, Failed, Skeleton } from "../../ui/states";
import { count, t, type WordKey } from "../../words";
import { chosenId } from "../shell/chosen";
import { FirstSteps, isEmptyHouse } from "../shell/first-steps";
import { ConversationRow } from "./row";
import { useWindow } from "./virtual";

const HEIGHTS = { roomy: 84, dense: 72 } as const; // px; list.css draws rows of these heights
const AHEAD = 25; // rows before the end at which the next page is asked for

/** The rows as they stand on the screen: what j and k walk along. */
export const shownRows = signal<readonly string[]>([]);

/** While the pointer rests on the list nothing is moved under it: new and moved rows wait. */
function steady(before: readonly string[], after: readonly string[]): readonly string[] {
  const there = new Set(after);
  const kept = before.filter((id) => there.has(id));
  const stood = new Set(before);
  const last = kept[kept.length - 1];
  // Pages that were loaded below come below.
  const below = last === undefined ? after : after.slice(after.indexOf(last) + 1).filter((id) => !stood.has(id));
  return [...kept, ...below];
}

/** The rows as they are shown; the same array for as long as nothing has changed, so that a scroll draws only new rows. */
function useHeld(key: string, fresh: readonly string[], held: boolean): readonly string[] {
  const shown = useRef({ key: "", of: fresh, rows: fresh });
  const before = shown.current;
  if (before.key !== key || !held) shown.current = { key, of: fresh, rows: fresh };
  else if (before.of !== fresh) shown.current = { key, of: fresh, rows: steady(before.rows, fresh) };
  return shown.current.rows;
}

export function ConversationList({ filter, name }: { filter: Filter; name: string }) {
  const key = listKey(filter);
  const scroller = useRef<HTMLDivElement>(null);
  const held = useRef(false);
  const { generation } = known;
  const list = useComputed(() => known.lists.get(key));
  const found = list.value;

  useEffect(() => {
    if (generation > 0 && !state.peek().lists.has(key)) void loadList(filter);
    scroller.current?.scrollTo(0, 0);
  }, [key, generation]);

  const fresh = found ? rowsOf(known, found) : [];
  const rows = useHeld(key, fresh, held.current);
  const hidden = fresh.length - rows.length;
  useLayoutEffect(() => {
    shownRows.value = rows;
  }, [rows]);

  const height = HEIGHTS[preferences.value.density];
  const { first, last } = useWindow(scroller, height, rows.length);
  const length = countOf(known.counts, filter);
  const more = found?.phase === "ready" && found.before !== null;
  useEffect(() => {
    if (more && last > rows.length - AHEAD) void loadList(filter, true);
  }, [more, last, rows.length]);

  const hold = (on: boolean) => () => {
    held.current = on;
    if (!on && shownRows.value !== fresh) dispatchRedraw.value++;
  };
  dispatchRedraw.value;
  return (
    <div
      class="list-scroller"
      ref={scroller}
      onPointerEnter={(event) => event.pointerType === "mouse" && hold(true)()}
      onPointerLeave={hold(false)}
    >
      {hidden > 0 && (
        <button type="button" class="pill list-pill" onClick={hold(false)}>
          {count("list.hidden", hidden)}
        </button>
      )}
      {rows.length > 0 && (
        <div class="list" role="list" aria-label={t("list.label")} style={{ height: `${rows.length * height}px` }}>
          {rows.slice(first, last).map((id, index) => (
            <ConversationRow
              key={id}
              id={id}
              index={first + index}
              top={(first + index) * height}
              chosen={id === chosenId.value}
              length={length}
            />
          ))}
        </div>
      )}
      {found?.phase === "failed" && (
        <Failed text={t("list.failed")} retry={() => void loadList(filter, rows.length > 0)} />
      )}
      {(!found || found.phase === "asked") && <Skeleton kind="row" rows={rows.length ? 1 : 8} />}
      {found?.phase === "ready" && fresh.length === 0 && <EmptyList name={name} />}
      {found?.phase === "ready" && isEmptyHouse() && (
        <div class="only-one-column">
          <FirstSteps />
        </div>
      )}
    </div>
  );
}

const dispatchRedraw = signal(0);

function EmptyList({ name }: { name: string }) {
  const hasWords = ["mine", "unassigned", "all", "snoozed", "closed", "spam"].includes(name);
  return (
    <Empty
      icon={name === "mine" ? "check" : "inbox"}
      title={t((hasWords ? `empty.${name}` : "empty.other") as WordKey)}
    >
      {t((hasWords ? `empty.${name}.more` : "empty.other.more") as WordKey)}
    </Empty>
  );
}

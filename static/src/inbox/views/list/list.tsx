import { signal, useComputed } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { showRows } from "../../commands/signals";
import { loadList, renewList } from "../../load";
import { preferences } from "../../preferences";
import { known, state } from "../../store";
import { countOf, isCounted } from "../../store/counts";
import { Ids } from "../../store/ids";
import { listKey } from "../../store/lists";
import { rowsOf, standsIn } from "../../store/select";
import type { Filter } from "../../store/state";
import { afterPaint } from "../../ui/after-paint";
import { Failed, Skeleton } from "../../ui/states";
import { count, t } from "../../words";
import { chosenId } from "../shell/chosen";
import { FirstSteps } from "../parts";
import { isEmptyHouse } from "../shell/empty-house";
import { EmptyList } from "./empty";
import { held as heldRows, withBack, withOpen } from "./held";
import { comingBack } from "./returning";
import { ConversationRow } from "./row";
import { choosing, selected } from "./selected";
import { shownRows } from "./shown";
import { AT_ONCE, drawnNow, useWindow, type Window } from "./virtual";

const HEIGHTS = { roomy: 84, dense: 72 } as const; // px; list.css draws rows of these heights
const AHEAD = 60; // rows before the end at which the next page is asked for

interface Held {
  of: Ids;
  open: string | null;
  rows: Ids;
}

/** The rows as they are shown; the same for as long as nothing has changed, so that a scroll draws only new rows. */
function useHeld(filter: Filter, fresh: Ids, isHeld: boolean): Ids {
  const shown = useRef<Held>({ of: fresh, open: null, rows: fresh });
  const before = shown.current;
  const open = filter.unread ? chosenId.value : null;
  const stands = (id: string) => standsIn(state.peek(), id, filter);
  if (!isHeld || before.of !== fresh || before.open !== open) {
    const rows = isHeld ? withBack(heldRows(before.rows, fresh, stands), fresh, comingBack()) : fresh;
    shown.current = { of: fresh, open, rows: withOpen(rows, before.rows, open) };
  }
  return shown.current.rows;
}

/** New rows for which there is time before the browser shows what stands: a scroll, a page and the rows that waited may
 *  all come before the same frame. */
let left = AT_ONCE;

function spend(rows: number): void {
  if (left === AT_ONCE && rows > 0) afterPaint(() => (left = AT_ONCE));
  left = Math.max(0, left - rows);
}

/** Which rows are drawn now; those that this frame has no time for are drawn in the next ones. */
function useDrawn(rows: Ids, window: Window): readonly number[] {
  const drawn = useRef<ReadonlySet<string>>(new Set());
  const [, again] = useState(0);
  const { places, isWhole } = drawnNow(rows, window, drawn.current, left);
  useLayoutEffect(() => {
    const before = drawn.current;
    drawn.current = new Set(places.map((place) => rows.at(place) as string));
    spend(places.filter((place) => !before.has(rows.at(place) as string)).length);
    return isWhole ? undefined : afterPaint(() => again((n) => n + 1));
  });
  return places;
}

const MOVED = 300; // ms in which several moves are one question
const WAITING_ANEW = 60_000; // ms; who has waited long enough by now may be nobody this page has met

/** What events alone do not bring is asked for again: lists in the server's own order, and who has waited by now. */
function useRenewal(filter: Filter): void {
  const round = filter.view ? known.followedRound : 0;
  const first = useRef(true);
  useEffect(() => {
    const wasFirst = first.current;
    first.current = false;
    if (!filter.view && !(wasFirst && filter.waiting_over !== undefined)) return;
    const timer = setTimeout(() => void renewList(filter), wasFirst ? 0 : MOVED);
    return () => clearTimeout(timer);
  }, [round]);
  useEffect(() => {
    if (filter.waiting_over === undefined) return;
    const timer = setInterval(() => document.visibilityState === "visible" && void renewList(filter), WAITING_ANEW);
    return () => clearInterval(timer);
  }, []);
}

/** How many rows there are in all; -1: only further reading tells. */
function lengthOf(filter: Filter, rows: number, isWhole: boolean): number {
  if (isCounted(filter)) return countOf(known.counts, filter);
  return isWhole ? rows : -1;
}

/** One list; another filter is another one (`key`). */
export function ConversationList({ filter, name }: { filter: Filter; name: string }) {
  const key = listKey(filter);
  const scroller = useRef<HTMLDivElement>(null);
  const held = useRef(false);
  const { generation } = known;
  const found = useComputed(() => known.lists.get(key)).value;
  const fresh = useComputed(() => {
    const list = known.lists.get(key);
    return list ? rowsOf(known, list) : Ids.NONE;
  }).value;

  useEffect(() => {
    if (generation > 0 && !state.peek().lists.has(key)) void loadList(filter);
  }, [generation]);
  useRenewal(filter);

  const rows = useHeld(filter, fresh, held.current);
  const hidden = fresh.length - rows.length;
  useLayoutEffect(() => {
    shownRows.value = rows;
  }, [rows]);

  const height = HEIGHTS[preferences.value.density];
  const window = useWindow(scroller, height, rows.length);
  const { last } = window;
  const drawn = useDrawn(rows, window);
  const seen = rows.slice(window.first, window.last).join();
  useEffect(() => showRows(seen ? seen.split(",") : []), [seen, generation]);
  const more = found?.phase === "ready" && found.before !== null;
  const length = lengthOf(filter, rows.length, !more);
  useEffect(() => {
    if (more && last > rows.length - AHEAD) void loadList(filter, true);
  }, [more, last, rows.length]);

  const hold = (on: boolean) => () => {
    held.current = on;
    if (!on && shownRows.value !== fresh) redraw.value++;
  };
  redraw.value;
  return (
    <div
      class={`list-scroller${choosing.value || selected.value.length > 0 ? " choosing" : ""}`}
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
          {drawn.map((place) => {
            const id = rows.at(place) as string;
            return (
              <ConversationRow
                key={id}
                id={id}
                index={place}
                top={place * height}
                chosen={id === chosenId.value}
                length={length}
              />
            );
          })}
        </div>
      )}
      {found?.phase === "failed" && (
        <Failed text={t("list.failed")} retry={() => void loadList(filter, rows.length > 0)} />
      )}
      {(!found || found.phase === "asked") && <Skeleton kind="row" rows={rows.length ? 1 : 8} />}
      {found?.phase === "ready" && rows.length === 0 && <EmptyList name={name} />}
      {found?.phase === "ready" && isEmptyHouse() && (
        <div class="only-one-column">
          <FirstSteps />
        </div>
      )}
    </div>
  );
}

const redraw = signal(0);

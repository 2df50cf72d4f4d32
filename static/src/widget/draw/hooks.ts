// The hooks that the chat window's views use, as Preact has them. An effect runs before the screen is painted, whichever
// of the two it is called by: nothing here is slow enough to wait for.

import { again, type Cell, type Drawn, turn } from "./draw";

/** The cell of the hook that is called, in the view whose turn it is: outside of one there is none, which throws. */
function next(): [Cell, Drawn] {
  const of = turn.of as Drawn;
  return [(of.cells[turn.cell++] ??= {}), of];
}

function differ(before: readonly unknown[] | undefined, now: readonly unknown[] | undefined): boolean {
  return !before?.every((value, place) => Object.is(value, now?.[place]));
}

export function useState<State>(first: State | (() => State)): [State, (said: State | ((state: State) => State)) => void] {
  const [cell, drawn] = next();
  if (!cell.change) {
    cell.value = typeof first === "function" ? (first as () => State)() : first;
    cell.change = (said) => {
      const state = typeof said === "function" ? (said as (state: State) => State)(cell.value as State) : said;
      if (Object.is(state, cell.value)) return;
      cell.value = state;
      again(drawn);
    };
  }
  return [cell.value as State, cell.change];
}

export function useMemo<Value>(make: () => Value, deps?: readonly unknown[]): Value {
  const [cell] = next();
  if (differ(cell.deps, deps)) Object.assign(cell, { value: make(), deps });
  return cell.value as Value;
}

export function useRef<Value>(first: Value): { current: Value } {
  return useMemo(() => ({ current: first }), []);
}

export function useEffect(act: () => unknown, deps?: readonly unknown[]): void {
  const [cell] = next();
  if (differ(cell.deps, deps)) Object.assign(cell, { due: act, deps });
}

export { useEffect as useLayoutEffect };

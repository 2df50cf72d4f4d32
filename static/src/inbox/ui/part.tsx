// Parts of the page that are no part of its shell: fetched when they are first wanted, or before, while nothing else is
// to do, so that they stand at once and while the line is down.

import type { ComponentChildren, ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../words";
import { Dialog } from "./dialog";
import { Failed } from "./states";

const IDLE = 2000; // ms; a page that is never idle fetches all the same

type Fetch<Module> = () => Promise<Module>;

const awaited: Fetch<unknown>[] = [];
/** What has come, by what fetches it: all parts of a module come together. */
const come = new Map<unknown, unknown>();

function bring<Module>(fetch: Fetch<Module>): Promise<void> {
  return fetch().then((module) => void come.set(fetch, module));
}

function whenIdle(run: () => void): void {
  // Safari has none.
  if (window.requestIdleCallback) window.requestIdleCallback(run, { timeout: IDLE });
  else setTimeout(run, IDLE);
}

/** Fetch what will be wanted, one part after the other. */
export function fetchAhead(): void {
  const next = awaited.shift();
  if (next) whenIdle(() => void bring(next).then(fetchAhead, fetchAhead));
}

interface Way<Props> {
  /** Stands there until it has come, or round the fault. */
  place?: (fault: ComponentChildren) => ComponentChildren;
  /** Where it has no place: the fault is a dialog, and this closes it. */
  close?: (props: Props) => void;
  /** Not every agent comes here: only fetched when wanted. */
  seldom?: boolean;
}

/** A component of a module that `fetch` brings. */
export function part<Module, Props extends object>(
  fetch: Fetch<Module>,
  named: (module: Module) => ComponentType<Props>,
  { place, close, seldom = false }: Way<Props>,
): ComponentType<Props> {
  if (!seldom && !awaited.includes(fetch)) awaited.push(fetch);
  return function Part(props: Props) {
    const [state, setState] = useState("asked");
    useEffect(() => {
      // It may have come since this was drawn.
      (come.has(fetch) ? Promise.resolve() : bring(fetch)).then(
        () => setState("come"),
        () => setState("failed"),
      );
    }, []);
    if (come.has(fetch)) {
      const Come = named(come.get(fetch) as Module);
      return <Come {...props} />;
    }
    if (state === "asked") return <>{place?.(null)}</>;
    // The page anew: where the house has a new version, its parts have new names; and a browser that has once failed to
    // load one does not ask for it again.
    const again = () => location.reload();
    if (place) return <>{place(<Failed text={t("part.failed")} retry={again} />)}</>;
    return (
      <Dialog title={t("part.failed")} close={() => close?.(props)}>
        <div class="form-acts">
          <button type="button" class="button primary" onClick={again}>
            {t("try_again")}
          </button>
        </div>
      </Dialog>
    );
  };
}

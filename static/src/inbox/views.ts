// The saved views an agent may use: read when the page begins and whenever they change, counted seldom.

import { effect, signal } from "@preact/signals";
import type { ChangeView, MakeView, SavedView, ViewAnswer, ViewCounts, ViewsList } from "../wire";
import { get, patch, post } from "./api";
import { preferences, prefer } from "./preferences";
import { dispatch, known, state } from "./store";

/** More than this many are written as "99+". */
export const COUNTED = 99;

const COUNTS_APART = 20_000; // ms between two countings; nobody keeps these counts, each is a question

/** How many conversations each view has, 100 at most, as of the last counting. */
export const viewCounts = signal<Readonly<Record<string, number>>>({});
export const viewsFailed = signal(false);

export async function loadViews(): Promise<void> {
  const { generation } = state.peek();
  try {
    const { views } = await get<ViewsList>("/views");
    viewsFailed.value = false;
    dispatch({ kind: "views.loaded", generation, views });
    void countViews();
  } catch {
    viewsFailed.value = true;
  }
}

let countedAt = 0;
let later: ReturnType<typeof setTimeout> | undefined;

/** Counted anew at once: what was just done to many is seen beside it. */
export async function countViews(): Promise<void> {
  clearTimeout(later);
  later = undefined;
  countedAt = Date.now();
  if (!state.peek().views?.length) return;
  const told = await get<ViewCounts>("/views/counts").catch(() => null);
  if (told) viewCounts.value = told.counts;
}

/** Something has happened: they are counted again, but not oftener than that, and only while somebody looks. */
function countSoon(): void {
  if (later !== undefined || !state.peek().views?.length) return;
  later = setTimeout(
    () => {
      later = undefined;
      if (document.visibilityState === "visible") void countViews();
      else countedAt = 0;
    },
    Math.max(1000, countedAt + COUNTS_APART - Date.now()),
  );
}

export function followViews(): () => void {
  const stops = [
    effect(() => {
      if (known.generation > 0 && known.viewsRound >= 0) void loadViews();
    }),
    effect(() => {
      if (known.position > 0) countSoon();
    }),
  ];
  return () => stops.forEach((stop) => stop());
}

/** In the order this agent has given them; new ones by name at the end. */
export function ordered(views: readonly SavedView[]): readonly SavedView[] {
  const order = preferences.value.view_order;
  const place = (view: SavedView) => {
    const at = order.indexOf(view.id);
    return at === -1 ? order.length : at;
  };
  return [...views].sort((a, b) => place(a) - place(b) || a.name.localeCompare(b.name));
}

/** One place up (-1) or down (1), for this agent alone. */
export function moveView(id: string, by: number): void {
  const ids = ordered(state.peek().views ?? []).map((view) => view.id);
  const at = ids.indexOf(id);
  const to = at + by;
  if (at === -1 || to < 0 || to >= ids.length) return;
  ids.splice(at, 1);
  ids.splice(to, 0, id);
  prefer({ view_order: ids });
}

async function keep(answer: Promise<ViewAnswer>): Promise<SavedView> {
  const { view } = await answer;
  const { generation, views } = state.peek();
  const others = (views ?? []).filter((one) => one.id !== view.id);
  dispatch({ kind: "views.loaded", generation, views: view.retired ? others : [...others, view] });
  void countViews();
  return view;
}

export const makeView = (view: MakeView) => keep(post<ViewAnswer>("/views", view));
export const changeView = (id: string, change: ChangeView) => keep(patch<ViewAnswer>(`/views/${id}`, change));

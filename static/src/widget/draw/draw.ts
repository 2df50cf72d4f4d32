// Draws the chat window's views. They are written for Preact and checked against its types; in the customers' bundle
// build.mjs puts this in its place, because it knows what the views use and nothing else, in a quarter of the bytes:
// functions, fragments, keyed lists, attributes, object refs and the hooks of hooks.ts. No classes, no `style` objects,
// no inner HTML. Whoever needs more takes the alias out of build.mjs: the views stay as they are.

import { dress, type Props } from "./dress";

export type Child = Wanted | string | number | boolean | null | undefined | readonly Child[];
export type View = (props: Props) => Child;

/** What shall stand there. Type "" is text, which is its only child. */
export interface Wanted {
  readonly type: string | View;
  readonly props: Props;
  readonly key?: unknown;
}

/** What one hook keeps from one drawing to the next. */
export interface Cell {
  value?: unknown;
  deps?: readonly unknown[] | undefined;
  change?: (said: unknown) => void;
  /** The effect that waits for the end of the drawing. */
  due?: (() => unknown) | undefined;
  end?: unknown;
}

/** What stands there. A view has no node of its own, but at least one kid: an empty text holds the place of nothing. */
export interface Drawn {
  wanted: Wanted;
  readonly node: Node | null;
  readonly depth: number;
  readonly isSvg: boolean;
  kids: readonly Drawn[];
  readonly cells: Cell[];
  gone: boolean;
}

const SVG = "http://www.w3.org/2000/svg";
const stale = new Set<Drawn>();
const effects: Cell[] = [];

/** The view that is being drawn, and its next hook. */
export const turn: { of: Drawn | null; cell: number } = { of: null, cell: 0 };

export const Fragment = ({ children }: Props): Child => children as Child;

export function jsx(type: string | View, props: Props, key?: unknown): Wanted {
  return { type, props, key };
}

export { jsx as jsxs };

export function render(child: Child, root: Element): void {
  const drawn: Drawn = { ...made(jsx("", {}), 0, false), node: root };
  inside(drawn, root, [wantedOf(child)]);
  settle();
}

/** Draws a view anew, once, however often it is asked for before its turn. */
export function again(drawn: Drawn): void {
  if (drawn.gone) return;
  if (!stale.size) queueMicrotask(drawStale);
  stale.add(drawn);
}

function drawStale(): void {
  try {
    // From the outside in: what a parent draws or drops needs no turn of its own.
    for (const drawn of [...stale].sort((a, b) => a.depth - b.depth)) {
      if (stale.has(drawn)) redraw(drawn, nodesOf(drawn)[0]?.parentNode ?? null);
    }
    settle();
  } finally {
    if (stale.size) queueMicrotask(drawStale);
  }
}

/** Effects run once everything stands in the document, before it is painted; a kid's before its parent's. */
function settle(): void {
  const round = effects.splice(0).filter((cell) => cell.due);
  for (const cell of round) finish(cell);
  for (const cell of round) {
    const { due } = cell;
    cell.due = undefined;
    cell.end = due?.();
  }
}

function finish(cell: Cell): void {
  if (typeof cell.end === "function") cell.end();
  cell.end = undefined;
}

function wantedOf(child: Child): Wanted {
  if (Array.isArray(child)) return jsx(Fragment as View, { children: child });
  if (typeof child === "object" && child) return child as Wanted;
  return jsx("", { children: child == null || typeof child === "boolean" ? "" : String(child) });
}

function listOf(children: Child): Wanted[] {
  const all = Array.isArray(children) ? children : [children];
  return all.length ? all.map(wantedOf) : [wantedOf(null)];
}

function made({ type }: Wanted, depth: number, inSvg: boolean): Drawn {
  const isSvg = inSvg || type === "svg";
  const node =
    typeof type === "function" ? null
    : !type ? document.createTextNode("")
    : isSvg ? document.createElementNS(SVG, type)
    : document.createElement(type);
  return { wanted: jsx(type, {}), node, depth, isSvg, kids: [], cells: [], gone: false };
}

/** `parent` is where it stands; null while it stands nowhere: then whoever made it puts it in its place. */
function update(drawn: Drawn, wanted: Wanted, parent: Node | null): Drawn {
  const { node, wanted: { props: before } } = drawn;
  const { type, props } = wanted;
  drawn.wanted = wanted;
  if (!node) redraw(drawn, parent);
  else if (!type) {
    if (before.children !== props.children) (node as Text).data = props.children as string;
  } else {
    dress(node as Element, before, props);
    if ("children" in props || drawn.kids.length) inside(drawn, node, listOf(props.children as Child));
  }
  return drawn;
}

function redraw(drawn: Drawn, parent: Node | null): void {
  const { type, props } = drawn.wanted;
  stale.delete(drawn);
  Object.assign(turn, { of: drawn, cell: 0 });
  const child = (type as View)(props);
  turn.of = null;
  inside(drawn, parent, listOf(child));
  effects.push(...drawn.cells.filter((cell) => cell.due));
}

function inside(drawn: Drawn, parent: Node | null, wanted: readonly Wanted[]): void {
  const end = drawn.node ? null : (nodesOf(drawn).at(-1)?.nextSibling ?? null);
  const before = drawn.kids;
  const left = new Set(before);
  drawn.kids = wanted.map((one, place) => {
    const found = known(left, one, before[place]);
    if (!found) return update(made(one, drawn.depth + 1, drawn.isSvg), one, null);
    left.delete(found);
    return update(found, one, parent);
  });
  for (const kid of left) {
    leave(kid);
    for (const node of nodesOf(kid)) parent?.removeChild(node);
  }
  if (parent) place(drawn.kids, parent, end);
}

/** A kid is known again by its kind and key, without a key by its place. Those left are in order, so the next is near. */
function known(left: ReadonlySet<Drawn>, { type, key }: Wanted, there: Drawn | undefined): Drawn | undefined {
  const isIt = ({ wanted }: Drawn) => wanted.type === type && wanted.key === key;
  if (there && left.has(there) && isIt(there)) return there;
  if (key !== undefined) for (const kid of left) if (isIt(kid)) return kid;
  return undefined;
}

/** From the last to the first, so that each knows what it stands before. What stands right is not touched. */
function place(kids: readonly Drawn[], parent: Node, end: Node | null): void {
  let next = end;
  for (const node of kids.flatMap(nodesOf).reverse()) {
    if (node.parentNode !== parent || node.nextSibling !== next) parent.insertBefore(node, next);
    next = node;
  }
}

function nodesOf(drawn: Drawn): Node[] {
  return drawn.node ? [drawn.node] : drawn.kids.flatMap(nodesOf);
}

function leave(drawn: Drawn): void {
  drawn.gone = true;
  stale.delete(drawn);
  for (const cell of drawn.cells) {
    cell.due = undefined;
    finish(cell);
  }
  if (drawn.node && drawn.wanted.type) dress(drawn.node as Element, { ref: drawn.wanted.props.ref }, {});
  drawn.kids.forEach(leave);
}

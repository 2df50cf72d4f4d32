// What an element wears: attributes, what it listens to, and who holds on to it.

export type Props = Readonly<Record<string, unknown>>;

type Hearing = Element & { heard?: Record<string, ((event: Event) => unknown) | undefined> };

/** One listener for each kind of event, whatever function answers it after the next drawing. */
function hear(event: Event): void {
  (event.currentTarget as Hearing).heard?.[event.type]?.(event);
}

export function dress(element: Element, before: Props, now: Props): void {
  for (const name of Object.keys({ ...before, ...now })) {
    // What somebody typed is not in the attribute, nor in what was drawn before.
    const is = name === "value" ? (element as HTMLTextAreaElement).value : before[name];
    if (name !== "children" && is !== now[name]) wear(element, name, before[name], now[name]);
  }
}

function wear(element: Hearing, name: string, before: unknown, now: unknown): void {
  if (name === "ref") {
    if (before) (before as { current: unknown }).current = null;
    if (now) (now as { current: unknown }).current = element;
  } else if (name.startsWith("on")) {
    const kind = name.slice(2).toLowerCase();
    (element.heard ??= {})[kind] = now as (event: Event) => unknown;
    element.addEventListener(kind, hear);
  } else if (/^(v|defaultV)alue$/.test(name)) {
    (element as unknown as Record<string, unknown>)[name] = now ?? "";
  } else if (now == null || (now === false && name[4] !== "-")) {
    element.removeAttribute(name);
  } else {
    // "aria-expanded" says "true", "hidden" is there or not.
    element.setAttribute(name, now === true && name[4] !== "-" ? "" : String(now));
  }
}

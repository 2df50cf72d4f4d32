import { useLayoutEffect, useRef } from "preact/hooks";
import { drawing } from "../../shared/sanitise";
import type { AccountView } from "../../wire";
import { language } from "../words";

const drawn = new Map<string, Element | null>();

function iconOf(account: AccountView): Element | null {
  if (!drawn.has(account.icon)) drawn.set(account.icon, drawing(account.icon));
  return drawn.get(account.icon) ?? null;
}

/** The channel's own drawing with its name on hover; a dot where it has none. */
export function ChannelIcon({ account, size = 16 }: { account: AccountView | undefined; size?: number }) {
  const place = useRef<HTMLSpanElement>(null);
  const icon = account?.icon ?? "";
  useLayoutEffect(() => {
    const made = account && iconOf(account)?.cloneNode(true);
    if (made instanceof Element) {
      made.setAttribute("width", String(size));
      made.setAttribute("height", String(size));
    }
    place.current?.replaceChildren(...(made ? [made] : []));
  }, [icon, size]);
  const label = account?.label[language.value] ?? "";
  if (!label) return <span ref={place} class="channel-icon" aria-hidden="true" />;
  return <span ref={place} class="channel-icon" role="img" aria-label={label} title={label} />;
}

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

interface OverlayProps {
  title: string;
  kind: string;
  close: () => void;
  children: ComponentChildren;
}

const REACHED = "a[href], button:not(:disabled), input:not(:disabled), select, textarea, [tabindex='0']";

/** What must be there in the very frame in which it is asked for. The browser's own modal makes all else inert and so
 *  styles the whole page anew; this one stands over it and keeps the keys itself. */
export function Overlay({ title, kind, close, children }: OverlayProps) {
  const place = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement;
    place.current?.querySelector<HTMLElement>("[autofocus]")?.focus({ preventScroll: true });
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  const keyed = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Tab") {
      const reached = Array.from(place.current?.querySelectorAll<HTMLElement>(REACHED) ?? []);
      const at = reached.findIndex((one) => one === document.activeElement);
      event.preventDefault();
      reached[(at + (event.shiftKey ? reached.length - 1 : 1)) % reached.length]?.focus();
    }
  };
  return (
    <>
      <div class="overlay-veil" aria-hidden="true" onPointerDown={close} />
      <dialog ref={place} open class={`dialog overlay ${kind}`} aria-label={title} aria-modal="true" onKeyDown={keyed}>
        <div class="dialog-body">{children}</div>
      </dialog>
    </>
  );
}

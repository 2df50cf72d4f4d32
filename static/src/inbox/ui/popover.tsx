import type { ComponentChildren, RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** Closes on Escape, on a press elsewhere, and when the focus goes elsewhere. */
export function useDismiss(place: RefObject<HTMLElement | null>, open: boolean, close: () => void): void {
  // Before the browser draws: an Escape right after the opening is already meant for what was opened.
  useLayoutEffect(() => {
    if (!open) return;
    const outside = (event: Event) => {
      const target = event.target as Node;
      // A press on what takes no focus gives it to what stands around, such as a dialog: that is not elsewhere.
      const around = event.type === "focusin" && target.contains(place.current);
      if (!place.current?.contains(target) && !around) close();
    };
    const escape = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      close();
      place.current?.querySelector<HTMLElement>("[aria-expanded]")?.focus();
    };
    document.addEventListener("pointerdown", outside, true);
    document.addEventListener("focusin", outside);
    document.addEventListener("keydown", escape, true);
    return () => {
      document.removeEventListener("pointerdown", outside, true);
      document.removeEventListener("focusin", outside);
      document.removeEventListener("keydown", escape, true);
    };
  }, [open]);
}

interface PopoverProps {
  open: boolean;
  setOpen: (open: boolean) => void;
  label: string;
  /** What the button shows. */
  face: ComponentChildren;
  /** The face has words of its own; the label is only heard before them. */
  worded?: boolean;
  faceClass?: string;
  title?: string;
  /** Which edge of the button it keeps to; above or below is where there is room. */
  side?: "start" | "end";
  disabled?: boolean;
  /** For the keyboard's shortcuts: `data-act` of the button. */
  act?: string;
  children: ComponentChildren;
}

const GAP = 4; // px between button and popover
const EDGE = 8; // px kept free at the window's edges
const PHONE = "(max-width: 639px)"; // overlays.css makes a sheet of it there

/** Beside its button and wholly on the screen, whatever scrolls or clips around it. */
function settle(popover: HTMLElement, button: DOMRect, side: "start" | "end"): void {
  if (matchMedia(PHONE).matches) return popover.removeAttribute("style");
  const below = innerHeight - button.bottom - GAP - EDGE;
  const above = button.top - GAP - EDGE;
  const { offsetWidth: width, offsetHeight: height } = popover;
  const opensBelow = height <= below || below >= above;
  const shown = Math.min(height, opensBelow ? below : above);
  const left = side === "end" ? button.right - width : button.left;
  popover.style.maxHeight = `${opensBelow ? below : above}px`;
  popover.style.top = `${opensBelow ? button.bottom + GAP : button.top - GAP - shown}px`;
  popover.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
}

/** A button and the small sheet it opens; on a phone the sheet comes from below. */
export function Popover({
  open,
  setOpen,
  label,
  face,
  worded = false,
  faceClass,
  title,
  side = "start",
  disabled,
  act,
  children,
}: PopoverProps) {
  const place = useRef<HTMLDivElement>(null);
  const popover = useRef<HTMLDivElement>(null);
  useDismiss(place, open, () => setOpen(false));
  useLayoutEffect(() => {
    const button = place.current?.querySelector("[aria-expanded]");
    if (open && popover.current && button) settle(popover.current, button.getBoundingClientRect(), side);
  }, [open]);
  return (
    <div class="popover-place" ref={place}>
      <button
        type="button"
        class={faceClass ?? "button quiet"}
        aria-haspopup="dialog"
        aria-expanded={open}
        title={title ?? label}
        aria-label={worded ? undefined : label}
        disabled={disabled}
        data-act={act}
        onClick={() => setOpen(!open)}
      >
        {worded && <span class="only-heard">{label}: </span>}
        {face}
      </button>
      {open && (
        <>
          <div class="sheet-veil" aria-hidden="true" onClick={() => setOpen(false)} />
          <div ref={popover} class="popover" role="dialog" aria-label={label}>
            {children}
          </div>
        </>
      )}
    </div>
  );
}

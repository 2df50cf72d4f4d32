import type { ComponentChildren, RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Closes on Escape, on a press elsewhere, and when the focus goes elsewhere. */
export function useDismiss(place: RefObject<HTMLElement | null>, open: boolean, close: () => void): void {
  useEffect(() => {
    if (!open) return;
    const outside = (event: Event) => {
      if (!place.current?.contains(event.target as Node)) close();
    };
    const escape = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.isComposing) return;
      event.stopPropagation();
      close();
      place.current?.querySelector<HTMLElement>("[aria-expanded]")?.focus();
    };
    const element = place.current;
    document.addEventListener("pointerdown", outside, true);
    document.addEventListener("focusin", outside);
    element?.addEventListener("keydown", escape);
    return () => {
      document.removeEventListener("pointerdown", outside, true);
      document.removeEventListener("focusin", outside);
      element?.removeEventListener("keydown", escape);
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
  /** Where it opens: below to the right unless told otherwise. */
  side?: "start" | "end" | "above";
  disabled?: boolean;
  /** For the keyboard's shortcuts: `data-act` of the button. */
  act?: string;
  children: ComponentChildren;
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
  useDismiss(place, open, () => setOpen(false));
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
          <div class={`popover popover-${side}`} role="dialog" aria-label={label}>
            {children}
          </div>
        </>
      )}
    </div>
  );
}

import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../words";
import { Icon } from "./icons";

interface DialogProps {
  title: string;
  close: () => void;
  wide?: boolean;
  /** A class of its own: without the head, which is then only heard. */
  kind?: string;
  children: ComponentChildren;
}

/** The browser's own modal: keeps the focus inside, gives it back afterwards, closes on Escape. */
export function Dialog({ title, close, wide = false, kind, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  // At once: what is typed next is meant for it.
  useLayoutEffect(() => {
    const before = document.activeElement;
    const element = dialog.current;
    element?.showModal();
    return () => {
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`dialog${wide ? " wide" : ""}${kind ? ` ${kind}` : ""}`}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onPointerDown={(event) => {
        if (event.target === dialog.current) close();
      }}
    >
      <div class="dialog-body">
        {!kind && (
          <header class="dialog-head">
            <h2>{title}</h2>
            <button type="button" class="button quiet square" aria-label={t("close")} onClick={close}>
              <Icon name="close" />
            </button>
          </header>
        )}
        {children}
      </div>
    </dialog>
  );
}

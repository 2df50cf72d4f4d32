import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
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

/** What is written in. A date is not typed from its end, and a slider is not typed at all. */
const WRITTEN = ":is(input:not([type=checkbox], [type=radio], [type=range], [type=file], [type=hidden]), textarea, select):not(:disabled)";
const WITH_CARET = "textarea, input:is([type=text], [type=search], [type=url], [type=tel], [type=password], :not([type]))";

/** Where there is nothing to write: what the dialog is for, else the first thing there is to do. */
const ACTS = ["[autofocus]", WRITTEN, ".button.primary:not(:disabled)", ".dialog-in :is(button, a[href], input):not(:disabled)"];

/** Where writing goes on: the field that asks for it, else the first one, behind what stands in it. The browser would
 *  choose the button that closes: a space would press it, and all that follows be shortcuts. */
function focusField(dialog: HTMLDialogElement): void {
  const found = ACTS.map((act) => dialog.querySelector<HTMLElement>(act)).find((one) => one !== null);
  const field = found ?? dialog;
  field.focus();
  if (field.matches(WITH_CARET)) {
    const written = field as HTMLInputElement | HTMLTextAreaElement;
    if (!written.readOnly) written.setSelectionRange(written.value.length, written.value.length);
  }
}

/** What was typed since it opened and still stands there; what is only looked for is no loss. */
function useTyped(): { heard: (event: Event) => void; isThere: () => boolean } {
  const fields = useRef(new Set<HTMLInputElement | HTMLTextAreaElement>()).current;
  return {
    heard: ({ target }) => {
      if (target instanceof HTMLElement && target.matches(WITH_CARET) && !target.matches("[type=search], [role=combobox]"))
        fields.add(target as HTMLInputElement);
    },
    isThere: () => [...fields].some((field) => field.isConnected && field.value.trim() !== ""),
  };
}

/** The browser's own modal: keeps the focus inside, gives it back afterwards. Escape, or a press beside it, closes it; where
 *  something was typed it asks once. */
export function Dialog({ title, close, wide = false, kind, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const typed = useTyped();
  const [asks, setAsks] = useState(false);
  const leave = () => (asks || !typed.isThere() ? close() : setAsks(true));
  const isOver = useRef(false);
  // At once: what is typed next is meant for it.
  useLayoutEffect(() => {
    const before = document.activeElement;
    const element = dialog.current;
    element?.showModal();
    // What has a face of its own (pictures, documents) is looked at, not written in.
    if (element && !kind) focusField(element);
    return () => {
      isOver.current = true;
      element?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      class={`dialog${wide ? " wide" : ""}${kind ? ` ${kind}` : ""}`}
      aria-label={title}
      tabIndex={-1}
      onCancel={(event) => {
        event.preventDefault();
        leave();
      }}
      onClose={() => {
        // Browsers let no page keep somebody in: they may close it whatever we say.
        if (!isOver.current) close();
      }}
      onKeyDown={(event) => {
        // Asked here, because of several Escapes they let us refuse but the first. What is open within closes first.
        if (event.key !== "Escape" || event.isComposing || event.defaultPrevented || asks || !typed.isThere()) return;
        if (dialog.current?.querySelector(".popover")) return;
        event.preventDefault();
        setAsks(true);
      }}
      onInput={(event) => {
        typed.heard(event);
        setAsks(false);
      }}
      onPointerDown={(event) => {
        if (event.target === dialog.current) leave();
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
        {kind ? children : <div class="dialog-in">{children}</div>}
        {asks && (
          <div class="dialog-asks" role="alert">
            <span>{t("dialog.asks")}</span>
            <button type="button" class="button small" onClick={close}>
              {t("dialog.discard")}
            </button>
          </div>
        )}
      </div>
    </dialog>
  );
}

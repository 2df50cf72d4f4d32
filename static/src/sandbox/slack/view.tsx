import { useEffect, useRef, useState } from "preact/hooks";
import { Blocks, type Hands } from "./blocks";
import { close, type Pressed, pressInView, submit, type View } from "./door";
import { type Filled, fieldsOf, initially } from "./kit";
import { t } from "./words";

/** What is being written in a view and was not told to anybody yet: block and action -> value. */
function useFilling(view: View, user: string, told: (heard: boolean) => void) {
  const [filled, setFilled] = useState<Readonly<Record<string, Filled>>>({});
  const [busy, setBusy] = useState(false);
  const key = (block: string, action: string) => `${block} ${action}`;
  const values = () => {
    const all: Record<string, Record<string, Filled>> = {};
    for (const { block, element } of fieldsOf(view.blocks)) {
      const kept = filled[key(block, element.action_id)];
      const value = kept !== undefined ? kept : initially(element, view.values[block]?.[element.action_id]);
      const of = all[block] ?? {};
      of[element.action_id] = value;
      all[block] = of;
    }
    return all;
  };
  const does = (doing: Promise<boolean>) => {
    setBusy(true);
    doing
      .then(told, () => told(false))
      .finally(() => setBusy(false));
  };
  const pressing = (pressed: Pressed) => {
    const all = values();
    const element = fieldsOf(view.blocks).find(
      (one) => one.block === pressed.block && one.element.action_id === pressed.action,
    );
    if (element) (all[pressed.block] ??= {})[pressed.action] = pressed.value;
    return pressInView(user, view.id, all, pressed);
  };
  const hands: Hands = {
    busy,
    values: view.values,
    filled: (block, action) => filled[key(block, action)],
    fill: (block, action, value) => setFilled((before) => ({ ...before, [key(block, action)]: value })),
    press: (pressed: Pressed) => does(pressing(pressed)),
    // While somebody types nothing is held up, and nothing is said of what the app did not hear.
    tell: (pressed: Pressed) => void pressing(pressed).catch(() => undefined),
    errors: view.errors,
  };
  return { hands, busy, send: () => does(submit(user, view.id, values())) };
}

/** A modal: over everything, until it is sent or left. */
export function Modal({ view, user }: { view: View; user: string }) {
  const [unheard, setUnheard] = useState(false);
  const { hands, busy, send } = useFilling(view, user, (heard) => setUnheard(!heard));
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (!box.current?.open) box.current?.showModal();
  }, []);
  const leave = () => void close(user, view.id).catch(() => setUnheard(true));
  const title = view.title?.text ?? "";
  return (
    <dialog
      class="modal"
      ref={box}
      aria-label={title}
      onCancel={(event) => {
        event.preventDefault();
        leave();
      }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
        noValidate
      >
        <h2>{title}</h2>
        <div class="modal-body">
          <Blocks blocks={view.blocks} hands={hands} />
        </div>
        <p class="problem" role="alert">
          {unheard && t("town.unheard")}
        </p>
        <div class="modal-foot">
          <button type="button" onClick={leave}>
            {view.close?.text ?? t("town.close")}
          </button>
          {view.submit && (
            <button type="submit" class="primary" disabled={busy}>
              {view.submit.text}
            </button>
          )}
        </div>
      </form>
    </dialog>
  );
}

/** The app's own page for her. */
export function Home({ view, user }: { view: View; user: string }) {
  const [unheard, setUnheard] = useState(false);
  const { hands } = useFilling(view, user, (heard) => setUnheard(!heard));
  return (
    <div class="home">
      <p class="problem" role="alert">
        {unheard && t("town.unheard")}
      </p>
      <Blocks blocks={view.blocks} hands={hands} />
    </div>
  );
}

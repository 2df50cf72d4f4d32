import { signal } from "@preact/signals";
import { t } from "../words";
import { Icon } from "./icons";

interface Toast {
  id: number;
  text: string;
  bad: boolean;
  act?: { label: string; run: () => void };
  timer: ReturnType<typeof setTimeout> | null;
}

const toasts = signal<readonly Toast[]>([]);
const SHOWN_FOR = 8000; // ms; time enough to read and to undo
const MOST = 3; // at once
let last = 0;

function take(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

function goLater(id: number): ReturnType<typeof setTimeout> {
  return setTimeout(() => take(id), SHOWN_FOR);
}

/** Says something that happened, with a way on where there is one. */
export function toast(text: string, { bad = false, act }: { bad?: boolean; act?: Toast["act"] } = {}): void {
  const id = ++last;
  const said: Toast = { id, text, bad, ...(act ? { act } : {}), timer: goLater(id) };
  toasts.value = [...toasts.value.slice(1 - MOST), said];
}

/** Says what was done and offers to take it back, by pointer or by key, for as long as it is shown. */
export function undoable(text: string, undo: () => void): void {
  toast(text, { act: { label: t("undo"), run: undo } });
}

/** Puts it into the clipboard and says so; where the browser does not let us, that. */
export async function copied(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(t("copied"));
  } catch {
    toast(t("copy.failed"), { bad: true });
  }
}

function undoableOne(): Toast | undefined {
  return toasts.value.findLast((one) => one.act);
}

/** Takes back the newest act that is still offered; false when there is none. */
export function undoLast(): boolean {
  const one = undoableOne();
  if (!one?.act) return false;
  take(one.id);
  one.act.run();
  return true;
}

/** Who reads it or reaches for it has all the time. */
function hold(one: Toast, held: boolean): void {
  if (one.timer !== null) clearTimeout(one.timer);
  one.timer = held ? null : goLater(one.id);
}

export function Toasts() {
  const newest = undoableOne()?.id;
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map((one) => (
        <div
          key={one.id}
          class={one.bad ? "toast bad" : "toast"}
          onPointerEnter={() => hold(one, true)}
          onPointerLeave={() => hold(one, false)}
          onFocusIn={() => hold(one, true)}
          onFocusOut={() => hold(one, false)}
        >
          <span>{one.text}</span>
          {one.act && (
            <button
              type="button"
              class="button"
              aria-keyshortcuts={one.id === newest ? "U" : undefined}
              onClick={() => {
                take(one.id);
                one.act?.run();
              }}
            >
              {one.act.label}
              {one.id === newest && <kbd aria-hidden="true">U</kbd>}
            </button>
          )}
          <button type="button" class="button quiet square" aria-label={t("close")} onClick={() => take(one.id)}>
            <Icon name="close" size={14} />
          </button>
        </div>
      ))}
    </div>
  );
}

import { signal } from "@preact/signals";
import { t } from "../words";
import { Icon } from "./icons";

interface Toast {
  id: number;
  text: string;
  bad: boolean;
  act?: { label: string; run: () => void };
}

const toasts = signal<readonly Toast[]>([]);
const SHOWN_FOR = 8000; // ms; time enough to read and to undo
let last = 0;

function take(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

/** Says something that happened, with a way to undo it where there is one. */
export function toast(text: string, { bad = false, act }: { bad?: boolean; act?: Toast["act"] } = {}): void {
  const id = ++last;
  toasts.value = [...toasts.value.slice(-2), { id, text, bad, ...(act ? { act } : {}) }];
  setTimeout(() => take(id), SHOWN_FOR);
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, bad, act }) => (
        <div key={id} class={bad ? "toast bad" : "toast"}>
          <span>{text}</span>
          {act && (
            <button
              type="button"
              class="button"
              onClick={() => {
                act.run();
                take(id);
              }}
            >
              {act.label}
            </button>
          )}
          <button type="button" class="button quiet square" aria-label={t("close")} onClick={() => take(id)}>
            <Icon name="close" size={14} />
          </button>
        </div>
      ))}
    </div>
  );
}

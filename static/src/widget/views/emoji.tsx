import { t } from "../words";

const EMOJI = [..."😀😄😂🙂😉😍😘😎🤔😅😢😭😡😱🙏👍👎👏🙌💪👋🤝👌🔥🎉❤💔✅❌❓❗⭐🎁📦🚚💳🛒📷📎⏰"];
export const STEPS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1 };

/** One stop of Tab; the arrows walk through it. */
export function Emojis({ put, close }: { put: (sign: string) => void; close: () => void }) {
  const keys = (event: KeyboardEvent) => {
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    }
    const [box, now] = [event.currentTarget as HTMLElement, document.activeElement as HTMLElement];
    const all = Array.from(box.children) as HTMLElement[];
    const row = all.filter((it) => it.offsetTop === all[0]?.offsetTop).length;
    const step = { ...STEPS, ArrowDown: row, ArrowUp: -row }[event.key];
    if (!step) return;
    event.preventDefault();
    all[all.indexOf(now) + step]?.focus();
  };
  return (
    <div class="emojis" role="group" aria-label={t("composer.emoji")} onKeyDown={keys}>
      {EMOJI.map((sign, n) => (
        <button type="button" key={sign} tabIndex={n ? -1 : 0} onClick={() => put(sign)}>{sign}</button>
      ))}
    </div>
  );
}

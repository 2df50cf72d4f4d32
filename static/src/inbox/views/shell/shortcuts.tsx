import { Dialog } from "../../ui/dialog";
import { t, type WordKey } from "../../words";
import { COMMAND, shortcutsOpen } from "./shortcuts-open";

const SHORTCUTS: readonly { keys: readonly string[]; says: WordKey }[] = [
  { keys: ["j", "k"], says: "shortcuts.move" },
  { keys: ["Enter"], says: "shortcuts.open" },
  { keys: ["r"], says: "shortcuts.reply" },
  { keys: ["n"], says: "shortcuts.note" },
  { keys: ["q"], says: "shortcuts.quote" },
  { keys: ["Shift", "↑", "↓"], says: "shortcuts.walk" },
  { keys: ["c", "l"], says: "shortcuts.copy" },
  { keys: ["e"], says: "shortcuts.close" },
  { keys: ["a"], says: "shortcuts.assign" },
  { keys: ["t"], says: "shortcuts.tag" },
  { keys: ["z"], says: "shortcuts.snooze" },
  { keys: ["p"], says: "shortcuts.priority" },
  { keys: ["i"], says: "shortcuts.side" },
  { keys: ["w"], says: "shortcuts.watch" },
  { keys: ["b"], says: "shortcuts.notices" },
  { keys: ["Shift", "u"], says: "shortcuts.unread" },
  { keys: ["u"], says: "shortcuts.undo" },
  { keys: ["x"], says: "shortcuts.choose" },
  { keys: [COMMAND, "A"], says: "shortcuts.choose_all" },
  { keys: [COMMAND, "K"], says: "shortcuts.palette" },
  { keys: ["/"], says: "shortcuts.search" },
  { keys: ["Esc"], says: "shortcuts.back" },
  { keys: ["?"], says: "shortcuts.help" },
];

/** As it stands on the key itself, and everywhere else where a key is shown. */
function capped(key: string): string {
  return key.length === 1 ? key.toUpperCase() : key;
}

export function Shortcuts() {
  return (
    <Dialog title={t("shortcuts.title")} close={() => (shortcutsOpen.value = false)}>
      <dl class="shortcuts">
        {SHORTCUTS.map(({ keys, says }) => (
          <div key={says} class="shortcut">
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{capped(key)}</kbd>
              ))}
            </dt>
            <dd>{t(says)}</dd>
          </div>
        ))}
      </dl>
      <p class="faint">{t("shortcuts.sending")}</p>
    </Dialog>
  );
}

import { Icon } from "../../ui/icons";
import { t } from "../../words";
import { actIcon, actWords } from "./act-words";
import { type Along, actsIn, NO_ACTS, setAlong, withoutAct } from "./along";

/** What is done with the send, each thing by itself and each to be taken away. */
export function ActChips({ place, along, focus }: { place: string; along: Along; focus: () => void }) {
  const acts = actsIn(along.acts);
  if (acts.length === 0) return null;
  const drop = (next: Along["acts"]) => {
    setAlong(place, { ...along, acts: next });
    focus();
  };
  return (
    <div class="composer-acts" role="group" aria-label={t("macro.acts")}>
      <span class="composer-acts-word">{t("macro.acts")}</span>
      <ul>
        {acts.map((act) => {
          const words = actWords(act);
          return (
            <li key={`${act.what} ${words}`} class="act-chip">
              <Icon name={actIcon(act)} size={14} />
              <span class="act-chip-word">{words}</span>
              <button
                type="button"
                class="tag-remove"
                aria-label={t("macro.act.remove", { act: words })}
                onClick={() => drop(withoutAct(along.acts, act))}
              >
                <Icon name="close" size={12} />
              </button>
            </li>
          );
        })}
      </ul>
      {acts.length > 1 && (
        <button type="button" class="button quiet small" onClick={() => drop(NO_ACTS)}>
          {t("macro.act.none")}
        </button>
      )}
    </div>
  );
}

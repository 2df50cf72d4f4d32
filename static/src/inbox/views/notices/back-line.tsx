import { useEffect, useState } from "preact/hooks";
import { wishes } from "../../notify/wishes";
import { dispatch, known } from "../../store";
import { Icon } from "../../ui/icons";
import { t } from "../../words";
import { contactName } from "../names";
import { chosenId } from "../shell/chosen";

const SHOWN_FOR = 12_000; // ms

/** A customer of this agent's own has come back: one calm line for a while, and nothing is kept of it. */
export function BackLine() {
  const { back } = known;
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (!back || held) return;
    const timer = setTimeout(() => dispatch({ kind: "back.seen" }), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [back, held]);
  // Who has the conversation open sees it there.
  if (!back || !wishes.value.kinds.back || back.conversation === chosenId.value) return null;
  return (
    <div
      class="banner back-line"
      role="status"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocusIn={() => setHeld(true)}
      onFocusOut={() => setHeld(false)}
    >
      <span class="back-dot" aria-hidden="true" />
      <span>{t("back.said", { contact: contactName({ name: back.contact, erased: false }) })}</span>
      <a class="button small" href={`/c/${back.number}`} onClick={() => dispatch({ kind: "back.seen" })}>
        {t("back.open", { number: back.number })}
      </a>
      <button
        type="button"
        class="button quiet square small"
        aria-label={t("close")}
        onClick={() => dispatch({ kind: "back.seen" })}
      >
        <Icon name="close" size={14} />
      </button>
    </div>
  );
}

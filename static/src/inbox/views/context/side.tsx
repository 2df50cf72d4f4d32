import { useEffect, useState } from "preact/hooks";
import type { ConversationView } from "../../../wire";
import { loadConversation } from "../../load";
import { known } from "../../store";
import { useDeferred } from "../../ui/after-paint";
import { Icon } from "../../ui/icons";
import { Failed, Skeleton } from "../../ui/states";
import { t } from "../../words";
import { Person } from "../parts";

export function ContextSide({
  view: chosen,
  close,
  isSheet,
}: {
  view: ConversationView;
  close: () => void;
  isSheet: boolean;
}) {
  // The conversation itself is drawn first.
  const view = useDeferred(chosen, null);
  const contact = known.contacts.get(chosen.contact.id);
  const missing = !contact;
  const [failed, setFailed] = useState(false);
  const ask = () => {
    setFailed(false);
    loadConversation(chosen.id).catch(() => setFailed(true));
  };
  useEffect(() => {
    if (missing) ask();
  }, [chosen.contact.id, missing]);
  const drawn = view && known.contacts.get(view.contact.id);
  return (
    <>
      {isSheet && <button type="button" class="side-veil" aria-label={t("close")} onClick={close} />}
      <section class={isSheet ? "side sheet" : "side"} aria-label={t("context.label")}>
        <header class="pane-head">
          <h2 class="pane-title">{t("context.label")}</h2>
          <button type="button" class="button quiet square" aria-label={t("close")} onClick={close}>
            <Icon name="close" />
          </button>
        </header>
        <div class="side-scroll">
          {view && drawn && <Person view={view} contact={drawn} />}
          {view && !drawn && failed && <Failed text={t("context.past_failed")} retry={ask} />}
          {view && !drawn && !failed && <Skeleton kind="line" rows={8} />}
        </div>
      </section>
    </>
  );
}

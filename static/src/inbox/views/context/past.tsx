import { useEffect, useState } from "preact/hooks";
import type { ContactView } from "../../../wire";
import { loadPast } from "../../load";
import { known } from "../../store";
import { accountOf, conversationOf, legOf } from "../../store/select";
import { ChannelIcon } from "../../ui/channel-icon";
import { Moment } from "../../ui/moment";
import { Failed, Skeleton } from "../../ui/states";
import { t, type WordKey } from "../../words";
import { previewText } from "../list/row";

const SHOWN = 8;

/** The same person's other conversations, on every channel. */
export function Past({ contact: { id: contact, position }, here }: { contact: ContactView; here: string }) {
  const [ids, setIds] = useState<readonly string[] | null>(null);
  const [failed, setFailed] = useState(false);
  const [all, setAll] = useState(false);
  const { generation } = known;
  const ask = () => {
    setFailed(false);
    loadPast(contact).then(
      (page) => setIds(page.conversations.map((view) => view.id)),
      () => setFailed(true),
    );
  };
  useEffect(() => {
    setIds(null);
    setAll(false);
  }, [contact, generation]);
  // Joined or parted, a person has other conversations: asked for again, with the former ones shown meanwhile.
  useEffect(ask, [contact, generation, position]);
  const views = (ids ?? [])
    .filter((id) => id !== here)
    .map((id) => conversationOf(known, id))
    .filter((view) => view !== undefined);
  return (
    <section class="side-part" aria-labelledby="side-past">
      <h3 class="side-title" id="side-past">
        {t("context.past")}
      </h3>
      {failed && <Failed text={t("context.past_failed")} retry={ask} />}
      {!ids && !failed && <Skeleton kind="line" rows={3} />}
      {ids && views.length === 0 && <p class="faint">{t("context.no_past")}</p>}
      <ul class="past">
        {(all ? views : views.slice(0, SHOWN)).map((view) => (
          <li key={view.id}>
            <a class="past-row" href={`/c/${view.number}`}>
              <ChannelIcon account={accountOf(known, legOf(view, view.leg))} size={14} />
              <span class="past-words">
                {view.subject || (view.preview ? previewText(view.preview) : `#${view.number}`)}
              </span>
              <span class="past-foot faint">
                #{view.number} · {t(`status.${view.status}` as WordKey)} · <Moment at={view.last_at} as="short" />
              </span>
            </a>
          </li>
        ))}
      </ul>
      {!all && views.length > SHOWN && (
        <button type="button" class="button quiet small" onClick={() => setAll(true)}>
          {t("context.all_past", { n: views.length })}
        </button>
      )}
    </section>
  );
}

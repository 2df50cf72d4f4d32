import { useState } from "preact/hooks";
import { readFilter, writeFilter } from "../../store/narrow";
import { go } from "../../router";
import { Icon } from "../../ui/icons";
import { t } from "../../words";
import { listAddress, type ListPlace } from "../shell/chosen";
import { ViewDialog } from "../parts";
import { partsOf } from "./filter-words";
import { sortOf } from "./place";

/** By what the list is narrowed, each part to be taken away; and the way to keep it as a view. */
export function Narrowed({ place, edit }: { place: ListPlace; edit: () => void }) {
  const [saving, setSaving] = useState(false);
  if (place.name !== "narrowed") return null;
  const filter = readFilter(place.id ?? "");
  const parts = partsOf(filter);
  return (
    <div class="narrowed">
      <ul class="narrowed-parts" aria-label={t("narrow")}>
        {parts.map(({ key, says, without }) => (
          <li key={key} class="narrowed-part">
            <span class="narrowed-word">{says}</span>
            <button
              type="button"
              class="tag-remove"
              aria-label={t("narrow.without", { part: says })}
              onClick={() =>
                go(listAddress({ name: "narrowed", id: writeFilter({ ...filter, ...without }) }), { replace: true })
              }
            >
              <Icon name="close" size={12} />
            </button>
          </li>
        ))}
        {parts.length === 0 && (
          <li>
            <button type="button" class="button small" onClick={edit}>
              {t("narrow")}
            </button>
          </li>
        )}
      </ul>
      <button type="button" class="button small" onClick={() => setSaving(true)}>
        <Icon name="view" size={14} />
        {t("view.save")}
      </button>
      {saving && <ViewDialog view={null} shown filter={filter} sort={sortOf(place)} close={() => setSaving(false)} />}
    </div>
  );
}

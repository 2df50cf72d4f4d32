import { useState } from "preact/hooks";
import { go } from "../../router";
import { isNarrowed, writeFilter } from "../../store/narrow";
import { Dialog } from "../../ui/dialog";
import { t } from "../../words";
import { listAddress, type ListPlace } from "../shell/chosen";
import { FilterFields } from "./filter-fields";
import { sentFilter, sortBy, sortOf } from "./place";

/** Narrows the list that is on the screen; what comes of it may be saved as a view. */
export function FilterDialog({ place, close }: { place: ListPlace; close: () => void }) {
  const [filter, setFilter] = useState(() => sentFilter(place));
  const show = () => {
    const to = isNarrowed(filter)
      ? { name: "narrowed", id: writeFilter(filter) }
      : { name: filter.status === "open" ? "all" : filter.status };
    if (sortOf(place) !== sortOf(to)) sortBy(to, sortOf(place));
    close();
    go(listAddress(to), { replace: place.name === "narrowed" });
  };
  return (
    <Dialog title={t("narrow")} close={close}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          show();
        }}
      >
        <FilterFields filter={filter} change={setFilter} />
        <div class="form-acts">
          <button type="button" class="button" onClick={close}>
            {t("cancel")}
          </button>
          <button type="submit" class="button primary">
            {t("narrow.show")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

import { signal } from "@preact/signals";
import { numbers } from "../../../shared/formats";
import { known } from "../../store";
import { countOf, isCounted } from "../../store/counts";
import { listKey } from "../../store/lists";
import { filterOf } from "../../store/select";
import { Icon } from "../../ui/icons";
import { Picker } from "../../ui/picker";
import { Failed, Skeleton } from "../../ui/states";
import { COUNTED, loadViews, viewCounts, viewsFailed } from "../../views";
import { language, t, type WordKey } from "../../words";
import { SearchBox } from "../search/box";
import { dialling, dialOpen } from "../context/starters";
import { type ListPlace, listPlace } from "../shell/chosen";
import { BulkBar, BulkFailures, FilterDialog } from "../parts";
import { BellLink } from "../notices/bell";
import { drawerOpen } from "../shell/nav";
import { ConversationList } from "./list";
import { Narrowed } from "./narrowed";
import { isSortable, listFilter, type Sort, sortBy, sortOf } from "./place";
import { bulkFailures, choosing, selected, selectNone } from "./selected";

function titleOf({ name, id }: ListPlace): string {
  const { teams, tags, accounts } = known.directory;
  if (name === "team") return teams.find((team) => team.id === id)?.name ?? t("nav.teams");
  if (name === "tag") return tags.find((tag) => tag.id === id)?.name ?? t("nav.tags");
  if (name === "account") return accounts.find((one) => one.id === id)?.label[language.value] ?? t("nav.channels");
  if (name === "view") return known.views?.find((one) => one.id === id)?.name ?? t("nav.views");
  return t(`list.${name}` as WordKey);
}

export function MenuButton() {
  return (
    <button
      type="button"
      class="button quiet square only-narrow"
      aria-label={t("nav.label")}
      onClick={() => (drawerOpen.value = true)}
    >
      <Icon name="menu" />
    </button>
  );
}

/** How many, where it is counted exactly or up to a bound; nothing where only reading to the end would tell. */
function Length({ place }: { place: ListPlace }) {
  const filter = filterOf(known, place.name, place.id);
  const n = !filter
    ? null
    : isCounted(filter)
      ? countOf(known.counts, filter)
      : filter.view
        ? known.followed[filter.view]
        : place.name === "view"
          ? (viewCounts.value[place.id ?? ""] ?? null)
          : null;
  if (n === null) return null;
  const isBounded = filter !== null && !isCounted(filter) && filter.view !== "undelivered" && n > COUNTED;
  const figure = numbers(language.value).format(isBounded ? COUNTED : n);
  return <span class="pane-count">{isBounded ? `${figure}+` : figure}</span>;
}

const SORTS: readonly Sort[] = ["activity", "waiting"];

function Sorting({ place }: { place: ListPlace }) {
  const sort = sortOf(place);
  return (
    <Picker
      label={t("sort")}
      plain
      side="end"
      faceClass={`button quiet square small${sort === "waiting" ? " on" : ""}`}
      face={<Icon name="sort" size={16} />}
      choices={SORTS.map((one) => ({ id: one, label: t(`sort.${one}`), chosen: one === sort }))}
      pick={(id) => sortBy(place, id as Sort)}
    />
  );
}

const filtering = signal(false);

function Tools({ place }: { place: ListPlace }) {
  const filter = listFilter.value;
  const choose = () => {
    if (choosing.value) selectNone();
    else choosing.value = true;
  };
  return (
    <span class="pane-tools">
      {dialling().length > 0 && (
        <button
          type="button"
          class="button quiet square small"
          title={t("start.dial")}
          aria-label={t("start.dial")}
          data-act="dial"
          onClick={() => (dialOpen.value = true)}
        >
          <Icon name="plus" size={16} />
        </button>
      )}
      {filter && isSortable(filter) && <Sorting place={place} />}
      {filter && !filter.view && (
        <button
          type="button"
          class="button quiet square small"
          title={t("narrow")}
          aria-label={t("narrow")}
          onClick={() => (filtering.value = true)}
        >
          <Icon name="sliders" size={16} />
        </button>
      )}
      <button
        type="button"
        class="button quiet square small"
        title={t("bulk.choose")}
        aria-label={t("bulk.choose")}
        aria-pressed={choosing.value}
        onClick={choose}
      >
        <Icon name="select" size={16} />
      </button>
    </span>
  );
}

function List({ place }: { place: ListPlace }) {
  const filter = listFilter.value;
  if (filter) return <ConversationList key={listKey(filter)} filter={filter} name={place.name} />;
  if (place.name === "view" && viewsFailed.value)
    return <Failed text={t("list.failed")} retry={() => void loadViews()} />;
  return <Skeleton kind="row" rows={8} />;
}

export function ListPane() {
  const place = listPlace.value;
  const title = titleOf(place);
  const isChoosing = choosing.value || selected.value.length > 0;
  return (
    <section class="list-pane" aria-label={title}>
      <div class="pane-top">
        <header class="pane-head">
          <MenuButton />
          <h1 class="pane-title" title={title}>
            {title}
          </h1>
          <Length place={place} />
          <Tools place={place} />
          <BellLink />
        </header>
        <SearchBox />
        {isChoosing && <BulkBar />}
      </div>
      <Narrowed place={place} edit={() => (filtering.value = true)} />
      <List place={place} />
      {bulkFailures.value.length > 0 && <BulkFailures />}
      {filtering.value && <FilterDialog place={place} close={() => (filtering.value = false)} />}
    </section>
  );
}

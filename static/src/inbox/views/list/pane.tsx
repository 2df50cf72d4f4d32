import { known } from "../../store";
import { countOf } from "../../store/counts";
import { filterOf } from "../../store/select";
import { Icon } from "../../ui/icons";
import { Skeleton } from "../../ui/states";
import { language, t, type WordKey } from "../../words";
import { SearchBox } from "../search/box";
import { listPlace } from "../shell/chosen";
import { BellLink } from "../notices/bell";
import { drawerOpen } from "../shell/nav";
import { ConversationList } from "./list";

function titleOf({ name, id }: { name: string; id?: string }): string {
  const { teams, tags } = known.directory;
  if (name === "team") return teams.find((team) => team.id === id)?.name ?? t("nav.teams");
  if (name === "tag") return tags.find((tag) => tag.id === id)?.name ?? t("nav.tags");
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

export function ListPane() {
  const place = listPlace.value;
  const filter = filterOf(known, place.name, place.id);
  const n = filter ? countOf(known.counts, filter) : 0;
  return (
    <section class="list-pane" aria-label={titleOf(place)}>
      <header class="pane-head">
        <MenuButton />
        <h1 class="pane-title">{titleOf(place)}</h1>
        {filter && <span class="pane-count">{new Intl.NumberFormat(language.value).format(n)}</span>}
        <BellLink />
      </header>
      <SearchBox />
      {filter ? <ConversationList filter={filter} name={place.name} /> : <Skeleton kind="row" rows={8} />}
    </section>
  );
}

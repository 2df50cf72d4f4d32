import { useState } from "preact/hooks";
import { isComposing } from "../../../shared/keys";
import { go } from "../../router";
import { known } from "../../store";
import { countOf } from "../../store/counts";
import { filterOf } from "../../store/select";
import { Icon } from "../../ui/icons";
import { Skeleton } from "../../ui/states";
import { language, t, type WordKey } from "../../words";
import { listPlace } from "../shell/chosen";
import { drawerOpen } from "../shell/nav";
import { ConversationList } from "./list";

function titleOf({ name, id }: { name: string; id?: string }): string {
  const { teams, tags } = known.directory;
  if (name === "team") return teams.find((team) => team.id === id)?.name ?? t("nav.teams");
  if (name === "tag") return tags.find((tag) => tag.id === id)?.name ?? t("nav.tags");
  return t(`list.${name}` as WordKey);
}

export function SearchBox({ query = "" }: { query?: string }) {
  const [text, setText] = useState(query);
  const search = () => text.trim() && go(`/search?q=${encodeURIComponent(text.trim())}`);
  return (
    <form
      class="search-box"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        search();
      }}
    >
      <Icon name="search" size={16} />
      <input
        class="search-input"
        type="search"
        value={text}
        placeholder={t("search.placeholder")}
        aria-label={t("search.label")}
        data-act="search"
        maxLength={200}
        enterkeyhint="search"
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && isComposing(event)) event.preventDefault();
        }}
      />
    </form>
  );
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
      </header>
      <SearchBox />
      {filter ? <ConversationList filter={filter} name={place.name} /> : <Skeleton kind="row" rows={8} />}
    </section>
  );
}

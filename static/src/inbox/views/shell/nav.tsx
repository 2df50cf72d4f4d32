import { signal, useComputed } from "@preact/signals";
import { useLayoutEffect, useState } from "preact/hooks";
import { route } from "../../router";
import { known } from "../../store";
import { countOf } from "../../store/counts";
import { filterOf } from "../../store/select";
import { AgentAvatar } from "../../ui/avatar";
import { Icon, type IconName } from "../../ui/icons";
import { Picker } from "../../ui/picker";
import { language, t, type WordKey } from "../../words";
import { go } from "../../router";
import { colourClass } from "../tags";
import { listAddress, listPlace } from "./chosen";
import { Bell } from "../notices/bell";
import { Me } from "./me";

const LISTS: readonly { name: string; icon: IconName }[] = [
  { name: "mine", icon: "mine" },
  { name: "unassigned", icon: "nobody" },
  { name: "all", icon: "inbox" },
  { name: "snoozed", icon: "snooze" },
  { name: "closed", icon: "check" },
  { name: "spam", icon: "spam" },
];
const TAGS_SHOWN = 8;

/** On a phone the lists are a drawer over the conversation list. */
export const drawerOpen = signal(false);

function Count({ name, id }: { name: string; id?: string }) {
  const n = useComputed(() => {
    const filter = filterOf(known, name, id);
    return filter ? countOf(known.counts, filter) : 0;
  });
  if (n.value === 0 || name === "closed" || name === "spam") return null;
  return <span class="nav-count">{new Intl.NumberFormat(language.value).format(n.value)}</span>;
}

interface EntryProps {
  name: string;
  id?: string;
  label: string;
  icon?: IconName;
  mark?: string;
}

function Entry({ name, id, label, icon, mark }: EntryProps) {
  const here = route.value.screen !== "settings" && listPlace.value.name === name && listPlace.value.id === id;
  return (
    <a
      class={here ? "nav-entry here" : "nav-entry"}
      href={listAddress(id ? { name, id } : { name })}
      aria-current={here ? "page" : undefined}
      onClick={() => (drawerOpen.value = false)}
      title={label}
    >
      {icon ? <Icon name={icon} /> : <span class={`nav-mark ${mark ?? ""}`} aria-hidden="true" />}
      <span class="nav-label">{label}</span>
      <Count name={name} {...(id ? { id } : {})} />
    </a>
  );
}

function Teams() {
  const me = known.me;
  const teams = known.directory.teams.filter(
    (team) => !team.retired && (me?.role !== "agent" || me.teams.includes(team.id)),
  );
  if (teams.length === 0) return null;
  return (
    <div role="group" aria-labelledby="nav-teams">
      <h2 class="nav-title" id="nav-teams">
        {t("nav.teams")}
      </h2>
      {teams.map((team) => (
        <Entry key={team.id} name="team" id={team.id} label={team.name} icon="team" />
      ))}
    </div>
  );
}

function Tags() {
  const [all, setAll] = useState(false);
  const { counts, directory } = known;
  const tags = directory.tags
    .filter((tag) => !tag.retired)
    .map((tag) => ({ tag, n: countOf(counts, { status: "open", tag: tag.id }) }))
    .filter(({ n, tag }) => n > 0 || listPlace.value.id === tag.id)
    .sort((a, b) => b.n - a.n || a.tag.name.localeCompare(b.tag.name));
  const unused = directory.tags.length - tags.length;
  if (directory.tags.length === 0) return null;
  const shown = all ? tags.slice(0, 50) : tags.slice(0, TAGS_SHOWN);
  return (
    <div role="group" aria-labelledby="nav-tags">
      <h2 class="nav-title" id="nav-tags">
        {t("nav.tags")}
      </h2>
      {shown.map(({ tag }) => (
        <Entry key={tag.id} name="tag" id={tag.id} label={tag.name} mark={colourClass(tag.colour)} />
      ))}
      {!all && tags.length > TAGS_SHOWN && (
        <button type="button" class="nav-entry faint" onClick={() => setAll(true)}>
          <Icon name="down" />
          <span class="nav-label">{t("nav.more_tags", { n: tags.length - TAGS_SHOWN })}</span>
        </button>
      )}
      {(unused > 0 || tags.length > 50) && (
        <Picker
          label={t("nav.find_tag")}
          faceClass="nav-entry faint"
          face={
            <>
              <Icon name="search" />
              <span class="nav-label">{t("nav.find_tag")}</span>
            </>
          }
          choices={directory.tags
            .filter((tag) => !tag.retired)
            .map((tag) => ({
              id: tag.id,
              label: tag.name,
              mark: <span class={`nav-mark ${colourClass(tag.colour)}`} />,
            }))}
          pick={(id) => go(listAddress({ name: "tag", id }))}
        />
      )}
    </div>
  );
}

function Colleagues() {
  const { directory, signals, me } = known;
  const here = directory.agents.filter((agent) => agent.id !== me?.id && agent.active && signals.agents[agent.id]);
  if (here.length === 0) return null;
  return (
    <div role="group" class="nav-colleagues" aria-labelledby="nav-here">
      <h2 class="nav-title" id="nav-here">
        {t("nav.here")}
      </h2>
      <ul class="nav-people">
        {here.slice(0, 12).map((agent) => {
          const presence = signals.agents[agent.id];
          return (
            <li key={agent.id} title={`${agent.name} · ${t(`presence.${presence ?? "away"}`)}`}>
              <AgentAvatar agent={agent} presence={presence} />
              <span class="only-heard">
                {agent.name}, {t(`presence.${presence ?? "away"}`)}
              </span>
            </li>
          );
        })}
        {here.length > 12 && <li class="faint">+{here.length - 12}</li>}
      </ul>
    </div>
  );
}

/** Escape closes the drawer before it means anything else, and the focus returns to the button that opened it. */
function useDrawer(): void {
  const open = drawerOpen.value;
  useLayoutEffect(() => {
    if (!open) return;
    const before = document.activeElement;
    const escape = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.isComposing || document.querySelector("dialog[open], .popover")) return;
      event.preventDefault();
      event.stopPropagation();
      drawerOpen.value = false;
    };
    document.addEventListener("keydown", escape, true);
    return () => {
      document.removeEventListener("keydown", escape, true);
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [open]);
}

export function Nav() {
  useDrawer();
  return (
    <nav class={drawerOpen.value ? "nav open" : "nav"} aria-label={t("nav.label")}>
      <div class="nav-brand">
        <span class="brand-mark" aria-hidden="true" />
        <span class="brand-name">Parley</span>
        <Bell />
      </div>
      <div class="nav-scroll">
        {LISTS.map(({ name, icon }) => (
          <Entry key={name} name={name} icon={icon} label={t(`list.${name}` as WordKey)} />
        ))}
        <Teams />
        <Tags />
        <Colleagues />
      </div>
      <Me />
    </nav>
  );
}

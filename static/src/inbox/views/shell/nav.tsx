import { signal, useComputed } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { numbers } from "../../../shared/formats";
import { prefer, preferences } from "../../preferences";
import { route } from "../../router";
import { known } from "../../store";
import { countOf, isCounted } from "../../store/counts";
import { filterOf } from "../../store/select";
import { AgentAvatar } from "../../ui/avatar";
import { ChannelIcon } from "../../ui/channel-icon";
import { Icon, type IconName } from "../../ui/icons";
import { Picker } from "../../ui/picker";
import { COUNTED, viewCounts } from "../../views";
import { language, t, type WordKey } from "../../words";
import { go } from "../../router";
import { colourClass } from "../tags";
import { listAddress, listPlace } from "./chosen";
import { Bell } from "../notices/bell";
import { Me } from "./me";
import { NewView, Views } from "./nav-views";

const LISTS: readonly { name: string; icon: IconName }[] = [
  { name: "mine", icon: "mine" },
  { name: "unassigned", icon: "nobody" },
  { name: "all", icon: "inbox" },
  { name: "mentions", icon: "at" },
  { name: "watched", icon: "eye" },
  { name: "undelivered", icon: "warning" },
  { name: "snoozed", icon: "snooze" },
  { name: "closed", icon: "check" },
  { name: "spam", icon: "spam" },
];
const TAGS_SHOWN = 8;

/** On a phone the lists are a drawer over the conversation list. */
export const drawerOpen = signal(false);

/** Figures up to a bound are not exact: they end in a plus. */
export function figure(n: number, bound: number): string {
  const written = numbers(language.value).format(Math.min(n, bound));
  return n > bound ? `${written}+` : written;
}

function Count({ name, id }: { name: string; id?: string }) {
  const n = useComputed(() => {
    const filter = filterOf(known, name, id);
    if (!filter) return 0;
    if (name === "view") return viewCounts.value[id ?? ""] ?? 0;
    if (filter.view) return known.followed[filter.view];
    return isCounted(filter) ? countOf(known.counts, filter) : 0;
  }).value;
  if (n === 0 || name === "closed" || name === "spam") return null;
  const isExact = name !== "view" && name !== "mentions" && name !== "watched";
  return <span class="nav-count">{figure(n, isExact ? Infinity : COUNTED)}</span>;
}

interface GroupProps {
  name: string;
  label: string;
  /** Beside the group's name. */
  act?: ComponentChildren;
  children: ComponentChildren;
}

/** Lists of a kind under their name; folded away and out, and that is remembered. */
function Group({ name, label, act, children }: GroupProps) {
  const key = `nav.${name}`;
  const isFolded = preferences.value.folded[key] ?? false;
  return (
    <div role="group" class="nav-group" aria-labelledby={`nav-${name}`}>
      <div class="nav-group-head">
        <h2 class="nav-title" id={`nav-${name}`}>
          <button
            type="button"
            class="nav-fold"
            aria-expanded={!isFolded}
            onClick={() => prefer({ folded: { ...preferences.value.folded, [key]: !isFolded } })}
          >
            {label}
            <Icon name="down" size={12} />
          </button>
        </h2>
        {act}
      </div>
      {!isFolded && children}
    </div>
  );
}

interface EntryProps {
  name: string;
  id?: string;
  label: string;
  icon?: IconName;
  mark?: string;
  /** Drawn in the icon's place. */
  drawn?: ComponentChildren;
}

export function Entry({ name, id, label, icon, mark, drawn }: EntryProps) {
  const { screen } = route.value;
  const isListed = screen === "list" || screen === "conversation";
  const here = isListed && listPlace.value.name === name && listPlace.value.id === id;
  return (
    <a
      class={here ? "nav-entry here" : "nav-entry"}
      href={listAddress(id ? { name, id } : { name })}
      aria-current={here ? "page" : undefined}
      onClick={() => (drawerOpen.value = false)}
      title={label}
    >
      {drawn ?? (icon ? <Icon name={icon} /> : <span class={`nav-mark ${mark ?? ""}`} aria-hidden="true" />)}
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
    <Group name="teams" label={t("nav.teams")}>
      {teams.map((team) => (
        <Entry key={team.id} name="team" id={team.id} label={team.name} icon="team" />
      ))}
    </Group>
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
    <Group name="tags" label={t("nav.tags")}>
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
    </Group>
  );
}

/** Where one channel is all there is, it is no list of its own. */
function Channels() {
  const accounts = known.directory.accounts.filter((account) => account.state !== "retired");
  if (accounts.length < 2) return null;
  return (
    <Group name="channels" label={t("nav.channels")}>
      {accounts.map((account) => (
        <Entry
          key={account.id}
          name="account"
          id={account.id}
          label={account.label[language.value]}
          drawn={<ChannelIcon account={account} size={18} />}
        />
      ))}
    </Group>
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
        <Group
          name="views"
          label={t("nav.views")}
          act={<NewView />}
        >
          <Views />
        </Group>
        <Teams />
        <Tags />
        <Channels />
        <Colleagues />
      </div>
      <Me />
    </nav>
  );
}

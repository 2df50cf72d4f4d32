// One field that reaches everything: what can be done with the open conversation, conversations, people, lists and
// settings. Found by letters in order, Korean also by initial consonants.

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { ContactView, ConversationPage, ConversationView, HitsPage } from "../../../wire";
import { find, type Found } from "../../../shared/hangul";
import { isComposing } from "../../../shared/keys";
import { get } from "../../api";
import { assign, setPriority, tag } from "../../commands";
import { loadPast } from "../../load";
import { go } from "../../router";
import { known } from "../../store";
import { conversationOf } from "../../store/select";
import { AgentAvatar, Avatar } from "../../ui/avatar";
import { afterPaint } from "../../ui/after-paint";
import { Icon, type IconName } from "../../ui/icons";
import { Moment } from "../../ui/moment";
import { Overlay } from "../../ui/overlay";
import { t, type WordKey } from "../../words";
import { dialling, dialOpen } from "../context/starters";
import { moreActs } from "../conversation/acts";
import { previewText } from "../list/row";
import { customerName, shortAddress } from "../names";
import { toggleNotices } from "../notices/bell";
import { colourClass } from "../tags";
import { chosenId, listAddress } from "./chosen";
import { above, type Rank, type Standing } from "./palette-order";
import { press } from "./press";
import { paletteOpen } from "./palette-open";
import { SETTINGS_PAGES } from "./settings-pages";
import { shortcutsOpen } from "./shortcuts-open";

type Group = "acts" | "conversations" | "people" | "places";

interface Entry {
  id: string;
  group: Group;
  label: string;
  /** A second, fainter word; found by it too. */
  hint?: string;
  keys?: string;
  /** Stands last: what tells it from its like. */
  tail?: ComponentChildren;
  mark: ComponentChildren;
  /** Of a conversation. */
  stands?: Standing;
  /** Only told when it is looked for: there are too many of them. */
  many?: boolean;
  run: () => void;
}

const icon = (name: IconName) => <Icon name={name} size={16} />;
const EACH = 6; // of one group
const LISTS = [
  ["mine", "mine"],
  ["unassigned", "nobody"],
  ["all", "inbox"],
  ["mentions", "at"],
  ["watched", "eye"],
  ["undelivered", "warning"],
  ["snoozed", "snooze"],
  ["closed", "check"],
  ["spam", "spam"],
] as const;
const RANK = { agent: 0, supervisor: 1, admin: 2 } as const;

/** What its buttons do, by their shortcut. */
function pressed(act: string, label: string, name: IconName, keys: string): Entry {
  return { id: `press ${act}`, group: "acts", label, keys, mark: icon(name), run: () => press(act) };
}

function conversationActs(view: ConversationView): Entry[] {
  const { agents, tags } = known.directory;
  const isOpen = view.status === "open" || view.status === "snoozed";
  return [
    pressed("reply", t("composer.reply"), "reply", "R"),
    pressed("note", t("composer.note"), "note", "N"),
    pressed("close", t(isOpen ? "close_it" : "reopen"), isOpen ? "check" : "open", "E"),
    pressed("assign", t("assign"), "mine", "A"),
    pressed("tag", t("tag.add"), "tag", "T"),
    pressed("snooze", t("snooze"), "snooze", "Z"),
    pressed("priority", t("priority"), "flag", "P"),
    pressed("side", t("context.toggle"), "side", "I"),
    ...moreActs(view).map(({ id, label, icon: name, keys, run }) => ({
      id: `act ${id}`,
      group: "acts" as const,
      label,
      ...(keys ? { keys } : {}),
      mark: icon(name),
      run,
    })),
    ...[4, 3, 2, 1, 0].map((priority) => ({
      id: `priority ${priority}`,
      group: "acts" as const,
      label: `${t("priority")}: ${t(`priority.${priority}` as WordKey)}`,
      mark: icon("flag"),
      many: true,
      run: () => void setPriority(view.id, priority),
    })),
    ...agents
      .filter((agent) => agent.active && agent.id !== view.assignee)
      .map((agent) => ({
        id: `assign ${agent.id}`,
        group: "acts" as const,
        label: t("palette.assign", { name: agent.name }),
        mark: <AgentAvatar agent={agent} size="small" />,
        many: true,
        run: () => void assign(view.id, agent.id),
      })),
    ...tags
      .filter((one) => !one.retired)
      .map((one) => ({
        id: `tag ${one.id}`,
        group: "acts" as const,
        label: t(view.tags.includes(one.id) ? "palette.untag" : "palette.tag", { name: one.name }),
        mark: <span class={`nav-mark ${colourClass(one.colour)}`} />,
        many: true,
        run: () => void (view.tags.includes(one.id) ? tag(view.id, [], [one.id]) : tag(view.id, [one.id], [])),
      })),
  ];
}

function places(): Entry[] {
  const { me, directory } = known;
  const rank = RANK[me?.role ?? "agent"];
  const place = (id: string, label: string, hint: string, mark: ComponentChildren, to: string, many = false): Entry => ({
    id: `go ${id}`,
    group: "places",
    label,
    hint,
    mark,
    many,
    run: () => go(to),
  });
  const list = t("nav.label");
  return [
    ...LISTS.map(([name, drawn]) =>
      place(name, t(`list.${name}` as WordKey), list, icon(drawn), listAddress({ name })),
    ),
    ...(known.views ?? []).map((view) =>
      place(view.id, view.name, t("nav.views"), icon("view"), listAddress({ name: "view", id: view.id })),
    ),
    ...directory.teams
      .filter((team) => !team.retired && (rank > 0 || me?.teams.includes(team.id)))
      .map((team) => place(team.id, team.name, t("team"), icon("team"), listAddress({ name: "team", id: team.id }))),
    ...directory.tags
      .filter((one) => !one.retired)
      .map((one) =>
        place(
          one.id,
          one.name,
          t("tag.one"),
          <span class={`nav-mark ${colourClass(one.colour)}`} />,
          listAddress({ name: "tag", id: one.id }),
          true,
        ),
      ),
    ...SETTINGS_PAGES.filter(({ role }) => rank >= RANK[role]).map(({ name, icon: drawn }) =>
      place(`settings ${name}`, t(`settings.${name}` as WordKey), t("settings.title"), icon(drawn), `/settings/${name}`),
    ),
    ...(dialling().length > 0
      ? [
          {
            id: "dial",
            group: "places" as const,
            label: t("start.dial"),
            mark: icon("plus"),
            run: () => {
              dialOpen.value = true;
            },
          },
        ]
      : []),
    {
      id: "notices",
      group: "places",
      label: t("notices.title"),
      keys: "B",
      mark: icon("bell"),
      run: toggleNotices,
    },
    {
      id: "shortcuts",
      group: "places",
      label: t("shortcuts.title"),
      keys: "?",
      mark: icon("keyboard"),
      run: () => (shortcutsOpen.value = true),
    },
  ];
}

function conversationEntry(view: ConversationView): Entry {
  return {
    id: `conversation ${view.id}`,
    group: "conversations",
    label: `#${view.number} ${customerName(view)}`,
    hint: [view.subject, view.preview?.text && previewText(view, view.preview).slice(0, 80)].filter(Boolean).join(" · "),
    tail: (
      <>
        {view.status !== "open" && (
          <span class={`badge status-${view.status}`}>{t(`status.${view.status}` as WordKey)}</span>
        )}
        <Moment at={view.last_at} as="short" />
      </>
    ),
    stands: { status: view.status, at: view.last_at },
    mark: <Avatar id={view.contact.id} name={view.contact.name} size="small" />,
    run: () => go(`/c/${view.number}`),
  };
}

/** A person's newest conversation; without one, what they wrote is searched. */
async function openPerson(contact: ContactView): Promise<void> {
  const page = await loadPast(contact.id).catch(() => null);
  const newest = page?.conversations[0];
  go(newest ? `/c/${newest.number}` : `/search?q=${encodeURIComponent(`from:"${contact.name}"`)}`);
}

function personEntry(contact: ContactView): Entry {
  return {
    id: `person ${contact.id}`,
    group: "people",
    label: contact.name || t("contact.unnamed"),
    hint: contact.identities.map(shortAddress).join(", "),
    mark: <Avatar id={contact.id} name={contact.name} size="small" />,
    run: () => void openPerson(contact),
  };
}

interface Told {
  query: string;
  entries: readonly Entry[];
}

const SETTLES = 150; // ms without a letter before the server is asked

/** What only the server knows: conversations and people beyond those this page has seen. */
function useTold(query: string): Told {
  const [told, setTold] = useState<Told>({ query: "", entries: [] });
  useEffect(() => {
    if (!query) return setTold({ query, entries: [] });
    let current = true;
    const ask = async () => {
      const number = /^#?(\d{1,15})$/.exec(query)?.[1];
      const [one, open, hits, people] = await Promise.all([
        number && get<ConversationPage>(`/conversations/${number}`).catch(() => null),
        get<HitsPage>("/search", { q: `${query} status:open`, limit: EACH, explain: "true" }).catch(() => null),
        get<HitsPage>("/search", { q: query, limit: EACH, explain: "true" }).catch(() => null),
        get<{ contacts: ContactView[] }>("/contacts", { q: query, limit: EACH }).catch(() => null),
      ]);
      if (!current) return;
      const found = [...(one ? [one.conversation] : []), ...[open, hits].flatMap((page) => page?.hits ?? []).map((hit) => hit.conversation)];
      setTold({ query, entries: [...found.map(conversationEntry), ...(people?.contacts ?? []).map(personEntry)] });
    };
    const timer = setTimeout(() => void ask(), SETTLES);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [query]);
  return told;
}

const SEEN = 300; // conversations this page has met that are looked through

interface Ranked extends Rank {
  entry: Entry;
  at: readonly number[];
}

const CLOSE = 6; // points a letter: neighbours or beginnings of words

/** In a sentence scattered letters say nothing: they must stand together or begin words. */
function closely(query: string, text: string): Found | null {
  const found = find(query, text);
  return found && found.score >= CLOSE * found.at.length ? found : null;
}

/** The groups in the order of their best find, in each the best first, every entry once. */
function ranked(query: string, entries: readonly Entry[], told: Told): Ranked[] {
  const asked = new Set(told.query === query ? told.entries.map((entry) => entry.id) : []);
  const byGroup = new Map<Group, Ranked[]>();
  const seen = new Set<string>();
  for (const entry of [...entries, ...told.entries]) {
    if (seen.has(entry.id) || (entry.many && !query)) continue;
    const byLabel = find(query, entry.label);
    const byHint = byLabel ? null : closely(query, entry.hint ?? "");
    // What the server has found by its message's words has not these letters in its name.
    const score = byLabel ? byLabel.score + 1 : byHint ? byHint.score / 2 : asked.has(entry.id) ? 0 : null;
    if (score === null) continue;
    seen.add(entry.id);
    const group = byGroup.get(entry.group) ?? [];
    group.push({ entry, score, stands: entry.stands, at: byLabel?.at ?? [] });
    byGroup.set(entry.group, group);
  }
  const groups = [...byGroup.values()].map((group) => group.sort(above));
  if (query) groups.sort((a, b) => (b[0]?.score ?? 0) - (a[0]?.score ?? 0));
  return groups.flatMap((group) => group.slice(0, query ? EACH : EACH + 2));
}

function Marked({ text, at }: { text: string; at: readonly number[] }) {
  if (at.length === 0) return <>{text}</>;
  const meant = new Set(at);
  return (
    <>
      {[...text.normalize("NFC")].map((letter, index) => (meant.has(index) ? <mark key={index}>{letter}</mark> : letter))}
    </>
  );
}

const EACH_FRAME = 9; // rows

/** How many rows are drawn: the field is there at once, what can be chosen comes below it within a few frames. */
function useGrowing(all: number): number {
  const [n, setN] = useState(0);
  useEffect(() => (n < all ? afterPaint(() => setN(n + EACH_FRAME)) : undefined), [n, all]);
  return n;
}

function PaletteBody({ close }: { close: () => void }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLUListElement>(null);
  const query = text.trim();
  const told = useTold(query);
  const open = chosenId.value ? conversationOf(known, chosenId.value) : undefined;
  const { conversations } = known;
  const met = query
    ? [...conversations.keys()].slice(-SEEN).flatMap((id) => conversations.get(id) ?? []).filter((view) => view.merged_into === null)
    : [];
  const entries = [...(open ? conversationActs(open) : []), ...met.map(conversationEntry), ...places()];
  const shown = ranked(query, entries, told);
  const drawn = useGrowing(shown.length);
  const place = Math.min(at, Math.max(0, shown.length - 1));
  useEffect(() => {
    list.current?.querySelector(".current")?.scrollIntoView({ block: "nearest" });
  }, [place, query]);
  const take = (index: number) => {
    const entry = shown[index]?.entry;
    if (!entry) return;
    close();
    // The dialog gives the focus back first; what is done then may take it on.
    setTimeout(entry.run);
  };
  const keyed = (event: KeyboardEvent) => {
    const by = event.code === "ArrowDown" ? 1 : event.code === "ArrowUp" ? -1 : 0;
    if (by !== 0) {
      event.preventDefault();
      setAt((place + by + shown.length) % Math.max(1, shown.length));
    } else if (event.key === "Enter" && !isComposing(event)) {
      event.preventDefault();
      take(place);
    }
  };
  return (
    <div class="palette" onKeyDown={keyed}>
      <div class="palette-field">
        <Icon name="search" size={18} />
        <input
          class="palette-input"
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="palette-choices"
          aria-activedescendant={place < Math.min(drawn, shown.length) ? `palette-${place}` : undefined}
          aria-label={t("palette.label")}
          placeholder={t("palette.hint")}
          value={text}
          autocomplete="off"
          spellcheck={false}
          autofocus
          maxLength={200}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setAt(0);
          }}
        />
        <kbd>Esc</kbd>
      </div>
      <ul class="palette-choices" role="listbox" id="palette-choices" aria-label={t("palette.label")} ref={list}>
        {shown.slice(0, drawn).map(({ entry, at: marked }, index) => (
          <>
            {shown[index - 1]?.entry.group !== entry.group && (
              <li key={`group ${entry.group}`} class="palette-group" role="presentation">
                {t(`palette.${entry.group}`)}
              </li>
            )}
            <li
              key={entry.id}
              id={`palette-${index}`}
              role="option"
              aria-selected={index === place}
              class={index === place ? "choice current" : "choice"}
              onClick={() => take(index)}
              onPointerMove={() => setAt(index)}
            >
              <span class="choice-mark">{entry.mark}</span>
              <span class="choice-label">
                <Marked text={entry.label} at={marked} />
              </span>
              {entry.hint && <span class="choice-hint">{entry.hint}</span>}
              {entry.tail && <span class="choice-tail">{entry.tail}</span>}
              {entry.keys && <kbd aria-hidden="true">{entry.keys}</kbd>}
            </li>
          </>
        ))}
      </ul>
      {shown.length === 0 && (
        <p class="palette-none faint" role="status">
          {t(told.query === query ? "palette.none" : "palette.looking")}
        </p>
      )}
    </div>
  );
}

export function Palette() {
  const close = () => (paletteOpen.value = false);
  return (
    <Overlay title={t("palette.label")} kind="palette-dialog" close={close}>
      <PaletteBody close={close} />
    </Overlay>
  );
}

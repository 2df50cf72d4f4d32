// What can be done with a whole conversation: the buttons of its head.

import { useRef, useState } from "preact/hooks";
import type { ConversationView } from "../../../wire";
import {
  assign,
  block,
  close,
  makeTag,
  markSpam,
  reopen,
  setPriority,
  setTeam,
  snooze,
  tag,
  unblock,
  unmarkSpam,
} from "../../commands";
import { preferences } from "../../preferences";
import { go } from "../../router";
import { known } from "../../store";
import { agentOf, isWatching } from "../../store/select";
import { AgentAvatar } from "../../ui/avatar";
import { ConfirmDialog } from "../../ui/confirm";
import { Icon, type IconName } from "../../ui/icons";
import { Picker } from "../../ui/picker";
import { Popover } from "../../ui/popover";
import { toast, undoable } from "../../ui/toasts";
import { problemText, t, type WordKey } from "../../words";
import type { ProblemView } from "../../../wire";
import { expectBack } from "../list/returning";
import { customerName } from "../names";
import { mailing } from "../context/starters";
import { MergeDialog, PullDialog, TranscriptDialog, UndoDialog } from "../parts";
import { toggleWatching } from "../notices/watching";
import { colourClass, TAG_COLOURS } from "../tags";
import { toRow, wayOn } from "./after-close";
import { asking, type Asking, stopAsking } from "./asking";
import { chooseToSplit } from "./selection";
import { seenAtOnce } from "./seen";
import { shortTime, Times } from "./times";
import { canMarkUnread, markAsUnread } from "./unread";

const NOBODY = "";

export function AssignPicker({ view }: { view: ConversationView }) {
  const { directory, me, signals } = known;
  const assignee = agentOf(known, view.assignee);
  const agents = () =>
    directory.agents
      .filter(
        (agent) => agent.active && (view.team === null || agent.role !== "agent" || agent.teams.includes(view.team)),
      )
      .sort((a, b) => Number(b.id === me?.id) - Number(a.id === me?.id) || a.name.localeCompare(b.name));
  return (
    <Picker
      label={t("assign")}
      worded
      act="assign"
      faceClass="chip"
      face={
        <>
          {assignee ? <AgentAvatar agent={assignee} size="small" /> : <Icon name="nobody" size={15} />}
          <span class="chip-word">{assignee?.name ?? t("nobody")}</span>
          <Icon name="down" size={12} />
        </>
      }
      choices={() => [
        ...agents().map((agent) => ({
          id: agent.id,
          label: agent.name,
          hint: agent.id === me?.id ? t("me") : undefined,
          chosen: agent.id === view.assignee,
          mark: <AgentAvatar agent={agent} size="small" presence={signals.agents[agent.id]} />,
        })),
        { id: NOBODY, label: t("nobody"), chosen: view.assignee === null, mark: <Icon name="nobody" size={16} /> },
      ]}
      pick={(id) => void assign(view.id, id || null)}
    />
  );
}

export function TeamPicker({ view }: { view: ConversationView }) {
  const { teams } = known.directory;
  const team = teams.find((one) => one.id === view.team);
  if (teams.every((one) => one.retired)) return null;
  return (
    <Picker
      label={t("team")}
      worded
      faceClass="chip"
      face={
        <>
          <Icon name="team" size={15} />
          <span class="chip-word">{team?.name ?? t("no_team")}</span>
          <Icon name="down" size={12} />
        </>
      }
      choices={() => [
        ...teams
          .filter((one) => !one.retired)
          .map((one) => ({
            id: one.id,
            label: one.name,
            chosen: one.id === view.team,
            mark: <Icon name="team" size={16} />,
          })),
        { id: NOBODY, label: t("no_team"), chosen: view.team === null },
      ]}
      pick={(id) => void setTeam(view.id, id || null)}
    />
  );
}

export function TagPicker({ view }: { view: ConversationView }) {
  const { tags } = known.directory;
  const make = (name: string) => {
    const colours = Object.values(TAG_COLOURS);
    const colour = colours[name.length % colours.length] ?? TAG_COLOURS.grey;
    makeTag(name, colour).then(
      (id) => void tag(view.id, [id], []),
      (problem: ProblemView) => toast(problemText(problem), { bad: true }),
    );
  };
  return (
    <Picker
      label={t("tag.add")}
      worded
      act="tag"
      several
      faceClass="tag tag-add"
      face={
        <>
          <Icon name="plus" size={12} />
          {t("tag.one")}
        </>
      }
      make={make}
      makeLabel={(name) => t("tag.make", { name })}
      choices={() =>
        tags
          .filter((one) => !one.retired || view.tags.includes(one.id))
          .map((one) => ({
            id: one.id,
            label: one.name,
            chosen: view.tags.includes(one.id),
            mark: <span class={`nav-mark ${colourClass(one.colour)}`} />,
          }))
      }
      pick={(id) => void (view.tags.includes(id) ? tag(view.id, [], [id]) : tag(view.id, [id], []))}
    />
  );
}

export function SnoozePicker({ view }: { view: ConversationView }) {
  const [open, setOpen] = useState(false);
  const until = (time: number) => {
    const back = backTo(view);
    void snooze(view.id, time);
    undoable(t("snoozed.toast", { number: view.number, until: shortTime(time) }), back);
    setOpen(false);
  };
  const wake = () => {
    const back = backTo(view);
    void reopen(view.id);
    undoable(t("woken.toast", { number: view.number }), back);
    setOpen(false);
  };
  const first = { label: t("snooze.wake"), hint: view.snoozed_until === null ? null : shortTime(view.snoozed_until), run: wake };
  return (
    <Popover
      open={open}
      setOpen={setOpen}
      label={t("snooze")}
      act="snooze"
      side="end"
      faceClass="button"
      face={
        <>
          <Icon name="snooze" size={16} />
          <span class="act-word">{t("snooze")}</span>
        </>
      }
    >
      {open && <Times word={t("snooze")} first={view.status === "snoozed" ? first : undefined} choose={until} />}
    </Popover>
  );
}

/** A colleague's act may turn this button over in the very moment it is pressed: then the press meant the former face. */
const TURNS = 700; // ms

function useJustTurned(view: ConversationView): () => boolean {
  const last = useRef({ status: view.status, at: 0 });
  if (last.current.status !== view.status) {
    const isOwn = known.pending.some((one) => one.args.conversation === view.id);
    last.current = { status: view.status, at: isOwn ? 0 : Date.now() };
  }
  return () => Date.now() - last.current.at < TURNS;
}

/** As it stands now, to come back to: what is looked at when an act is taken back is how it was before it. */
function backTo(view: ConversationView): () => void {
  const { id, status, snoozed_until: until } = view;
  return () => {
    expectBack([id]);
    if (status === "snoozed" && until !== null && until > Date.now()) void snooze(id, until);
    else if (status === "closed") void close(id);
    else void reopen(id);
  };
}

/** Closes what is open or snoozed, opens what is closed or spam. */
export function CloseButton({ view }: { view: ConversationView }) {
  const open = view.status === "open" || view.status === "snoozed";
  const hasJustTurned = useJustTurned(view);
  const run = (event: MouseEvent) => {
    // A double click means one conversation, though the next one may stand there by now.
    if (event.detail > 1) return preferences.peek().after_close === "stay" ? undefined : toRow(view.id);
    if (hasJustTurned()) return;
    const back = backTo(view);
    if (!open) {
      void reopen(view.id);
      return view.status === "closed" ? undoable(t("reopened.toast", { number: view.number }), back) : undefined;
    }
    const on = wayOn(view);
    seenAtOnce(view.id);
    void close(view.id);
    on.go();
    undoable(t("closed.toast", { number: view.number }), () => {
      back();
      if (on.leaves) go(`/c/${view.number}`);
    });
  };
  return (
    <button
      type="button"
      class={open ? "button primary" : "button"}
      data-act="close"
      title={t(open ? "close_it" : "reopen")}
      onClick={run}
    >
      <Icon name={open ? "check" : "open"} size={16} />
      <span class="act-word">{t(open ? "close_it" : "reopen")}</span>
    </button>
  );
}

const PRIORITIES = [4, 3, 2, 1, 0] as const;

/** How pressing it is: seen in the head, changed there or by one key and a figure. */
export function PriorityPicker({ view }: { view: ConversationView }) {
  const word = t(`priority.${view.priority}` as WordKey);
  const set = (priority: number) => {
    const { id, priority: before } = view;
    if (priority === before) return;
    void setPriority(id, priority);
    undoable(
      t("priority.toast", { number: view.number, priority: t(`priority.${priority}` as WordKey) }),
      () => void setPriority(id, before),
    );
  };
  return (
    <Picker
      label={t("priority")}
      worded
      plain
      act="priority"
      faceClass={`chip priority-${view.priority}`}
      face={
        <>
          <Icon name="flag" size={14} />
          <span class="chip-word">{word}</span>
          <Icon name="down" size={12} />
        </>
      }
      choices={() =>
        PRIORITIES.map((priority) => ({
          id: String(priority),
          label: t(`priority.${priority}` as WordKey),
          hint: String(priority),
          hotkey: String(priority),
          chosen: view.priority === priority,
          mark: (
            <span class={`priority-${priority}`}>
              <Icon name="flag" size={16} />
            </span>
          ),
        }))
      }
      pick={(id) => set(Number(id))}
    />
  );
}

export interface Act {
  id: string;
  label: string;
  icon: IconName;
  /** The shortcut that does it, as it is shown. */
  keys?: string;
  run: () => void;
}

const MERGING: readonly string[] = ["conversation.merged", "conversation.split", "contact.merged", "contact.split"];

/** Something was merged or split here, or may have been before what has been read of it. */
function mayUndo(view: ConversationView): boolean {
  const thread = known.threads.get(view.id);
  return !thread || thread.before !== null || thread.lines.some(({ kind }) => MERGING.includes(kind));
}

/** What else can be done with it, as its menu and the palette tell it. */
export function moreActs(view: ConversationView): Act[] {
  const isSpam = view.status === "spam";
  const { blocked, erased } = view.contact;
  const ask = (what: Asking) => () => (asking.value = { conversation: view.id, what });
  const spam = () => {
    if (isSpam) return void unmarkSpam(view.id);
    void markSpam(view.id);
    undoable(t("spam.toast", { number: view.number }), () => {
      expectBack([view.id]);
      void unmarkSpam(view.id);
    });
  };
  const watches = isWatching(known, view.id) === true;
  return [
    ...(canMarkUnread(view)
      ? [{ id: "unread", label: t("mark_unread"), icon: "unread" as const, keys: "Shift+U", run: () => markAsUnread([view]) }]
      : []),
    { id: "watch", label: t(watches ? "unwatch" : "watch"), icon: "eye", run: () => toggleWatching(view.id) },
    { id: "split", label: t("split"), icon: "split", run: () => chooseToSplit(view.id) },
    { id: "merge", label: t("merge"), icon: "merge", run: ask("merge") },
    ...(mayUndo(view)
      ? [{ id: "undo_merge", label: t("undo_merge"), icon: "reply" as const, run: ask("undo_merge") }]
      : []),
    { id: "spam", label: t(isSpam ? "unspam" : "spam"), icon: "spam", run: spam },
    ...(erased
      ? []
      : [
          {
            id: "block",
            label: t(blocked ? "unblock" : "block"),
            icon: "block" as const,
            run: blocked ? () => void unblock(view.contact.id) : ask("block"),
          },
        ]),
    ...(erased || mailing().length === 0
      ? []
      : [{ id: "transcript", label: t("transcript"), icon: "send" as const, run: ask("transcript") }]),
    ...known.limits.places.map(({ name, label }) => ({
      id: `pull-${name}`,
      label: t("pull", { place: label }),
      icon: "open" as const,
      run: ask("pull"),
    })),
    {
      id: "export",
      label: t("export"),
      icon: "download",
      run: () => location.assign(`/api/v1/conversations/${view.id}/export`),
    },
  ];
}

/** The dialogs that its acts ask for. */
function AskedDialog({ view }: { view: ConversationView }) {
  if (asking.value?.conversation !== view.id) return null;
  switch (asking.value.what) {
    case "merge":
      return <MergeDialog view={view} close={stopAsking} />;
    case "transcript":
      return <TranscriptDialog view={view} close={stopAsking} />;
    case "pull":
      return <PullDialog view={view} close={stopAsking} />;
    case "undo_merge":
      return <UndoDialog from={`/conversations/${view.id}/merges`} close={stopAsking} />;
    case "block":
      return (
        <ConfirmDialog
          title={t("block")}
          text={t("block.sure", { name: customerName(view) })}
          yes={t("block")}
          bad
          close={stopAsking}
          run={() => {
            void block(view.contact.id);
            undoable(t("blocked.toast", { name: customerName(view) }), () => void unblock(view.contact.id));
          }}
        />
      );
  }
}

export function MoreActs({ view }: { view: ConversationView }) {
  return (
    <>
      <Picker
        label={t("more")}
        plain
        side="end"
        faceClass="button quiet square"
        face={<Icon name="more" />}
        choices={() => moreActs(view).map(({ id, label, icon, keys }) => ({ id, label, hint: keys, mark: <Icon name={icon} size={16} /> }))}
        pick={(id) => moreActs(view).find((act) => act.id === id)?.run()}
      />
      <AskedDialog view={view} />
    </>
  );
}

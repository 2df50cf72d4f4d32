// The same to all chosen conversations: what may be done, how it went with each, and the way back.

import type { ActsSent, ConversationView, Outcome, ProblemView } from "../../../wire";
import { now } from "../../clock";
import { makeTag } from "../../commands";
import { bulk, undoBulk } from "../../commands/bulk";
import { known, state } from "../../store";
import { conversationOf } from "../../store/select";
import { AgentAvatar } from "../../ui/avatar";
import { Dialog } from "../../ui/dialog";
import { Icon, type IconName } from "../../ui/icons";
import { type Choice, Picker } from "../../ui/picker";
import { toast, undoable } from "../../ui/toasts";
import { countViews } from "../../views";
import { count, problemText, t, type WordKey } from "../../words";
import { shortTime, snoozeTimes } from "../conversation/times";
import { markAsUnread } from "../conversation/unread";
import { customerName } from "../names";
import { colourClass, TAG_COLOURS } from "../tags";
import { expectBack } from "./returning";
import { type BulkFailure, bulkFailures, MOST, select, selected, selectNone, selectShown } from "./selected";
import { shownRows } from "./shown";

const NOBODY = "none";

type Done = "assigned" | "moved" | "tagged" | "untagged" | "closed" | "reopened" | "snoozed" | "spam" | "unspam" | "priority";

function nameOf(conversation: string): string {
  const view = state.peek().conversations.get(conversation);
  return view ? `#${view.number} ${customerName(view)}` : t("conversation.missing");
}

function failureOf({ conversation, problem }: Outcome, says: string | undefined): BulkFailure {
  return { conversation, says: says ?? nameOf(conversation), why: problem ? problemText(problem) : "" };
}

/** Does it, says how it went, and offers to take it back. Those with which it did not work stay chosen. */
async function actOnAll(actions: ActsSent, done: Done, params: Record<string, string> = {}): Promise<void> {
  const conversations = selected.peek();
  if (conversations.length === 0) return;
  const called = new Map(conversations.map((id) => [id, nameOf(id)]));
  // A tag or a priority may be one of several acts; what takes rows away ends the choice.
  if (done !== "tagged" && done !== "untagged" && done !== "priority") selectNone();
  try {
    const { outcomes, undo } = await bulk(conversations, actions);
    void countViews();
    const failed = outcomes.filter((one) => one.problem !== null);
    const changed = outcomes.filter((one) => one.changed).length;
    if (undo !== null)
      undoable(count(`bulk.${done}`, changed, params), () => {
        expectBack(conversations);
        void takeBack(undo);
      });
    else if (failed.length === 0) toast(t("bulk.nothing"));
    if (failed.length === 0) return;
    select(failed.map((one) => one.conversation));
    bulkFailures.value = failed.map((one) => failureOf(one, called.get(one.conversation)));
  } catch (problem) {
    select(conversations);
    toast(problemText(problem as ProblemView), { bad: true });
  }
}

async function takeBack(undo: string): Promise<void> {
  try {
    const { outcomes } = await undoBulk(undo);
    void countViews();
    const left = outcomes.filter((one) => one.left.length > 0 || one.problem !== null).length;
    const restored = outcomes.filter((one) => one.restored.length > 0).length;
    toast(count("bulk.restored", restored) + (left > 0 ? `. ${count("bulk.left", left)}` : ""));
  } catch (problem) {
    toast(problemText(problem as ProblemView), { bad: true });
  }
}

const icon = (name: IconName) => <Icon name={name} size={16} />;

interface ToolProps {
  label: string;
  act: string;
  drawn: IconName;
}

const face = ({ label, act, drawn }: ToolProps) => ({
  label,
  act: `bulk-${act}`,
  faceClass: "button quiet square",
  face: icon(drawn),
});

function Assign() {
  const { directory, me, signals } = known;
  const agents = directory.agents
    .filter((agent) => agent.active)
    .sort((a, b) => Number(b.id === me?.id) - Number(a.id === me?.id) || a.name.localeCompare(b.name));
  const choices: Choice[] = agents.map((agent) => ({
    id: agent.id,
    label: agent.name,
    hint: agent.id === me?.id ? t("me") : undefined,
    mark: <AgentAvatar agent={agent} size="small" presence={signals.agents[agent.id]} />,
  }));
  const pick = (id: string) => {
    const name = agents.find((agent) => agent.id === id)?.name ?? t("nobody");
    void actOnAll({ assignee: id }, "assigned", { name });
  };
  return (
    <Picker
      {...face({ label: t("assign"), act: "assign", drawn: "mine" })}
      choices={[...choices, { id: NOBODY, label: t("nobody"), mark: icon("nobody") }]}
      pick={pick}
    />
  );
}

function Team() {
  const teams = known.directory.teams.filter((team) => !team.retired);
  if (teams.length === 0) return null;
  const pick = (id: string) => {
    const name = teams.find((team) => team.id === id)?.name ?? t("no_team");
    void actOnAll({ team: id }, "moved", { name });
  };
  return (
    <Picker
      {...face({ label: t("team"), act: "team", drawn: "team" })}
      choices={[
        ...teams.map((team) => ({ id: team.id, label: team.name, mark: icon("team") })),
        { id: NOBODY, label: t("no_team") },
      ]}
      pick={pick}
    />
  );
}

/** A tag that all of them have is taken away, any other one is given to those without it. */
function Tag({ views }: { views: readonly ConversationView[] }) {
  const tags = known.directory.tags.filter((tag) => !tag.retired);
  const all = (id: string) => views.length > 0 && views.every((view) => view.tags.includes(id));
  const pick = (id: string) => {
    const name = tags.find((tag) => tag.id === id)?.name ?? "";
    if (all(id)) void actOnAll({ tags_remove: [id] }, "untagged", { name });
    else void actOnAll({ tags_add: [id] }, "tagged", { name });
  };
  const make = (name: string) => {
    const colours = Object.values(TAG_COLOURS);
    makeTag(name, colours[name.length % colours.length] ?? TAG_COLOURS.grey).then(
      (id) => void actOnAll({ tags_add: [id] }, "tagged", { name }),
      (problem: ProblemView) => toast(problemText(problem), { bad: true }),
    );
  };
  return (
    <Picker
      {...face({ label: t("tag.add"), act: "tag", drawn: "tag" })}
      make={make}
      makeLabel={(name) => t("tag.make", { name })}
      choices={tags.map((tag) => {
        const n = views.filter((view) => view.tags.includes(tag.id)).length;
        return {
          id: tag.id,
          label: tag.name,
          chosen: all(tag.id),
          hint: n > 0 && n < views.length ? `${n}/${views.length}` : undefined,
          mark: <span class={`nav-mark ${colourClass(tag.colour)}`} />,
        };
      })}
      pick={pick}
    />
  );
}

function Snooze() {
  const times = snoozeTimes(now.value);
  return (
    <Picker
      {...face({ label: t("snooze"), act: "snooze", drawn: "snooze" })}
      plain
      side="end"
      choices={times.map(({ says, until }) => ({ id: String(until), label: t(says), hint: shortTime(until) }))}
      pick={(id) =>
        void actOnAll({ status: "snoozed", snooze_for: Number(id) - now.peek() }, "snoozed", {
          until: shortTime(Number(id)),
        })
      }
    />
  );
}

function Priority() {
  return (
    <Picker
      {...face({ label: t("priority"), act: "priority", drawn: "flag" })}
      plain
      side="end"
      choices={[4, 3, 2, 1, 0].map((priority) => ({
        id: String(priority),
        label: t(`priority.${priority}` as WordKey),
        hint: String(priority),
        hotkey: String(priority),
        mark: <span class={`priority-${priority}`}>{icon("flag")}</span>,
      }))}
      pick={(id) =>
        void actOnAll({ priority: Number(id) }, "priority", { priority: t(`priority.${id}` as WordKey) })
      }
    />
  );
}

function Press({ label, act, drawn, run }: ToolProps & { run: () => void }) {
  return (
    <button
      type="button"
      class="button quiet square"
      data-act={`bulk-${act}`}
      title={label}
      aria-label={label}
      onClick={run}
    >
      {icon(drawn)}
    </button>
  );
}

function Acts({ views }: { views: readonly ConversationView[] }) {
  const isDone = views.every((view) => view.status === "closed" || view.status === "spam");
  const isSpam = views.every((view) => view.status === "spam");
  const close = () => void actOnAll({ status: isDone ? "open" : "closed" }, isDone ? "reopened" : "closed");
  const spam = () => void actOnAll({ status: isSpam ? "open" : "spam" }, isSpam ? "unspam" : "spam");
  return (
    <div class="bulk-acts" role="group" aria-label={t("bulk.label")}>
      <Press label={t(isDone ? "reopen" : "close_it")} act="close" drawn={isDone ? "open" : "check"} run={close} />
      <Assign />
      <Team />
      <Tag views={views} />
      <Snooze />
      <Priority />
      <Press label={t("mark_unread")} act="unread" drawn="unread" run={() => markAsUnread(views)} />
      <Press label={t(isSpam ? "unspam" : "spam")} act="spam" drawn="spam" run={spam} />
    </div>
  );
}

/** Stands over the list's head for as long as something is chosen: nothing below it moves. */
export function BulkBar() {
  const ids = selected.value;
  const rows = shownRows.value;
  const views = ids.map((id) => conversationOf(known, id)).filter((view) => view !== undefined);
  const most = Math.min(rows.length, MOST);
  const isWhole = ids.length > 0 && ids.length >= most;
  return (
    <div class="bulk" role="region" aria-label={t("bulk.label")}>
      <div class="bulk-head">
        <label class="bulk-all">
          <input
            type="checkbox"
            checked={isWhole}
            ref={(box) => {
              if (box) box.indeterminate = ids.length > 0 && !isWhole;
            }}
            aria-label={t("bulk.all")}
            title={t("bulk.all")}
            onClick={(event) => {
              if (event.currentTarget.checked) selectShown();
              else select([]);
            }}
          />
        </label>
        <span class="bulk-count" role="status">
          {ids.length > 0 ? count("bulk.count", ids.length) : t("bulk.none")}
          {ids.length >= MOST && <span class="faint"> · {t("bulk.most", { n: MOST })}</span>}
        </span>
        <button
          type="button"
          class="button quiet square"
          aria-label={t("bulk.end")}
          title={t("bulk.end")}
          onClick={selectNone}
        >
          <Icon name="close" size={16} />
        </button>
      </div>
      {ids.length > 0 && <Acts views={views} />}
    </div>
  );
}

/** With which of them it did not work, and why. */
export function BulkFailures() {
  const failed = bulkFailures.value;
  if (failed.length === 0) return null;
  const close = () => (bulkFailures.value = []);
  return (
    <Dialog title={count("bulk.failed", failed.length)} close={close}>
      <p class="faint">{t("bulk.failed_more")}</p>
      <ul class="bulk-failures">
        {failed.map(({ conversation, says, why }) => (
          <li key={conversation}>
            <b>{says}</b>
            <span>{why}</span>
          </li>
        ))}
      </ul>
      <div class="form-acts">
        <button type="button" class="button primary" onClick={close}>
          {t("done")}
        </button>
      </div>
    </Dialog>
  );
}

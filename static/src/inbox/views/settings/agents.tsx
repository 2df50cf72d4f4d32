import { useState } from "preact/hooks";
import type { AgentView, StandingList, StandingView } from "../../../wire";
import { patch, post, remove } from "../../api";
import { known } from "../../store";
import { AgentAvatar } from "../../ui/avatar";
import { ConfirmDialog } from "../../ui/confirm";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icons";
import { Moment } from "../../ui/moment";
import { Problem } from "../../ui/problem";
import { Failed } from "../../ui/states";
import { toast } from "../../ui/toasts";
import { t, type WordKey } from "../../words";
import { Checks } from "./checks";
import { NameField } from "./editable";
import { type Fetched, useFetched } from "./fetched";
import { Form, ShownOnce, useSending } from "./form";

const ROLES = ["agent", "supervisor", "admin"] as const;

interface Edited {
  name: string;
  email: string;
  role: AgentView["role"];
  teams: readonly string[];
}

/** Somebody must be left who can let others in. */
function isLastAdmin(agent: AgentView | null): boolean {
  if (agent?.role !== "admin" || !agent.active) return false;
  return known.directory.agents.every((one) => one.id === agent.id || !one.active || one.role !== "admin");
}

function RoleField({ role, fixed, change }: { role: Edited["role"]; fixed: boolean; change: (role: Edited["role"]) => void }) {
  return (
    <label class="field">
      <span>{t("role")}</span>
      <select
        class="input"
        value={role}
        disabled={fixed}
        onChange={(event) => change(event.currentTarget.value as AgentView["role"])}
      >
        {ROLES.map((one) => (
          <option key={one} value={one}>
            {t(`role.${one}` as WordKey)}
          </option>
        ))}
      </select>
      <small class="faint">{fixed ? t("agents.last_admin") : t(`role.${role}.more` as WordKey)}</small>
    </label>
  );
}

function AgentDialog({
  agent,
  close,
  invited,
}: {
  agent: AgentView | null;
  close: () => void;
  invited: (link: string) => void;
}) {
  const [edited, setEdited] = useState<Edited>(agent ?? { name: "", email: "", role: "agent", teams: [] });
  const { name, email, role, teams } = edited;
  const change = (some: Partial<Edited>) => setEdited({ ...edited, ...some });
  const save = async () => {
    if (agent) return patch(`/agents/${agent.id}`, { name: name.trim(), role, teams });
    const { link } = await post<{ link: string }>("/agents", { name: name.trim(), email: email.trim(), role, teams });
    return invited(link);
  };
  const open = known.directory.teams.filter((team) => !team.retired || teams.includes(team.id));
  return (
    <Dialog title={t(agent ? "agents.edit" : "agents.invite")} close={close}>
      <Form label={t(agent ? "save" : "agents.invite")} cancel={close} save={save} done={close}>
        {!agent && <p class="faint">{t("agents.invite_more")}</p>}
        {agent && agent.id !== known.me?.id && <PictureOff agent={agent} />}
        <NameField label={t("name")} name={name} change={(name) => change({ name })} />
        {!agent && (
          <label class="field">
            <span>{t("email")}</span>
            <input
              class="input"
              type="email"
              required
              value={email}
              onInput={(event) => change({ email: event.currentTarget.value })}
            />
          </label>
        )}
        <RoleField role={role} fixed={isLastAdmin(agent)} change={(role) => change({ role })} />
        <Checks
          legend={t("nav.teams")}
          choices={open.map((team) => ({ id: team.id, label: team.name }))}
          chosen={teams}
          change={(teams) => change({ teams })}
          none={t("agents.teams_none")}
        />
        {role === "agent" && teams.length === 0 && <p class="form-note">{t("agents.no_teams_more")}</p>}
      </Form>
    </Dialog>
  );
}

/** Customers see it: an admin may take away what they should not see. */
function PictureOff({ agent }: { agent: AgentView }) {
  const { busy, problem, send } = useSending();
  const now = known.directory.agents.find((one) => one.id === agent.id) ?? agent;
  if (!now.picture) return null;
  return (
    <div class="picture-off">
      <AgentAvatar agent={now} size="large" />
      <div>
        <button
          type="button"
          class="button small danger-quiet"
          disabled={busy}
          onClick={() => void send(() => remove(`/agents/${agent.id}/picture`))}
        >
          {t("agents.picture_off")}
        </button>
        <p class="faint">{problem ?? t("agents.picture_off_more")}</p>
      </div>
    </div>
  );
}

/** For a colleague who has lost the authenticator; one's own is turned off under Security, with a last code. */
function FactorDialog({ agent, close, done }: { agent: AgentView; close: () => void; done: () => void }) {
  return (
    <Dialog title={t("agents.factor_off")} close={close}>
      <Form
        label={t("agents.factor_off")}
        cancel={close}
        save={() => remove(`/agents/${agent.id}/totp`)}
        done={() => {
          toast(t("agents.factor_is_off", { name: agent.name }));
          done();
          close();
        }}
      >
        <p>{t("agents.factor_off_sure", { name: agent.name })}</p>
      </Form>
    </Dialog>
  );
}

type Asked =
  { act: "edit" | "deactivate" | "factor"; agent: AgentView } | { act: "invite" } | { act: "link"; link: string } | null;

/** Here now, away, or when they last were; whether they ever came. */
function Standing({ agent, standing }: { agent: AgentView; standing: StandingView | undefined }) {
  const presence = known.signals.agents[agent.id];
  if (presence) return <span class={`standing ${presence}`}>{t(`presence.${presence}`)}</span>;
  return (
    <>
      <LastSeen standing={standing} />
      <SaysOfThemselves agent={agent} />
    </>
  );
}

/** Said by hand, and still so when they come back. */
function SaysOfThemselves({ agent }: { agent: AgentView }) {
  if (agent.availability === "online") return null;
  return <span class="badge">{t(agent.availability === "busy" ? "agents.says_busy" : "agents.says_away")}</span>;
}

function LastSeen({ standing }: { standing: StandingView | undefined }) {
  if (!standing) return null;
  if (standing.invited) return <span class="badge">{t("agents.invited")}</span>;
  if (standing.seen_at === null) return <span class="faint">{t("agents.never_seen")}</span>;
  return (
    <span class="faint">
      {t("agents.seen")} <Moment at={standing.seen_at} />
    </span>
  );
}

function Factor({ standing }: { standing: StandingView | undefined }) {
  if (!standing || standing.invited) return null;
  return (
    <span class="rows-under">
      <span class={standing.second_factor ? "badge good" : "badge"}>
        {t(standing.second_factor ? "agents.factor_is" : "agents.factor_is_not")}
      </span>
    </span>
  );
}

interface RowProps {
  agent: AgentView;
  standing: StandingView | undefined;
  ask: (asked: Asked) => void;
}

function Acts({ agent, standing, ask, reset }: RowProps & { reset: () => void }) {
  const isMe = agent.id === known.me?.id;
  const last = isLastAdmin(agent);
  return (
    <span class="rows-acts">
      <button type="button" class="button small" onClick={() => ask({ act: "edit", agent })}>
        {t("edit")}
      </button>
      <button type="button" class="button small" onClick={reset}>
        {t(standing?.invited ? "agents.link_again" : "agents.reset")}
      </button>
      {!isMe && standing?.second_factor && (
        <button type="button" class="button small" onClick={() => ask({ act: "factor", agent })}>
          {t("agents.factor_off")}
        </button>
      )}
      {!isMe && (
        <button
          type="button"
          class="button small danger-quiet"
          disabled={last}
          title={last ? t("agents.last_admin") : undefined}
          onClick={() => ask({ act: "deactivate", agent })}
        >
          {t("agents.deactivate")}
        </button>
      )}
    </span>
  );
}

function Row({ agent, standing, ask }: RowProps) {
  const { directory, me, signals } = known;
  const { problem, send } = useSending();
  const teams = directory.teams.filter((team) => agent.teams.includes(team.id)).map((team) => team.name);
  const reset = () =>
    void send(async () => ask({ act: "link", link: (await post<{ link: string }>(`/agents/${agent.id}/link`)).link }));
  const takeBack = () => void send(() => patch(`/agents/${agent.id}`, { active: true }));
  return (
    <li class={agent.active ? "rows-row agent-row" : "rows-row agent-row gone"}>
      <AgentAvatar agent={agent} presence={agent.active ? signals.agents[agent.id] : undefined} />
      <span class="rows-main">
        <b>{agent.name}</b> {agent.id === me?.id && <span class="faint">{t("me")}</span>}{" "}
        {agent.active ? <Standing agent={agent} standing={standing} /> : <span class="badge">{t("agents.gone")}</span>}
        <span class="rows-under faint">{agent.email}</span>
      </span>
      <span class="rows-more faint">
        {t(`role.${agent.role}` as WordKey)}
        {isLastAdmin(agent) && ` (${t("agents.only_admin")})`} · {teams.length ? teams.join(", ") : t("agents.no_teams")}
        {agent.active && <Factor standing={standing} />}
      </span>
      {agent.active ? (
        <Acts agent={agent} standing={standing} ask={ask} reset={reset} />
      ) : (
        <span class="rows-acts">
          <button type="button" class="button small" onClick={takeBack}>
            {t("bring_back")}
          </button>
        </span>
      )}
      <Problem text={problem} />
    </li>
  );
}

function standingOf(fetched: Fetched<StandingList>): ReadonlyMap<string, StandingView> {
  return new Map(fetched.phase === "ready" ? fetched.value.agents.map((one) => [one.id, one]) : []);
}

function Asking({ asked, close, setAsked, again }: {
  asked: Asked;
  close: () => void;
  setAsked: (change: (now: Asked) => Asked) => void;
  again: () => void;
}) {
  const { send } = useSending();
  switch (asked?.act) {
    case "invite":
      return (
        <AgentDialog
          agent={null}
          close={() => setAsked((now) => (now?.act === "link" ? now : null))}
          invited={(link) => {
            setAsked(() => ({ act: "link", link }));
            again();
          }}
        />
      );
    case "edit":
      return <AgentDialog agent={asked.agent} close={close} invited={() => undefined} />;
    case "link":
      return <ShownOnce title={t("agents.link")} text={t("agents.link_more")} secret={asked.link} close={close} />;
    case "factor":
      return <FactorDialog agent={asked.agent} close={close} done={again} />;
    case "deactivate":
      return (
        <ConfirmDialog
          title={t("agents.deactivate")}
          text={t("agents.deactivate_sure", { name: asked.agent.name })}
          yes={t("agents.deactivate")}
          bad
          close={close}
          run={() =>
            void send(() => post(`/agents/${asked.agent.id}/deactivate`)).then(
              (worked) => !worked && toast(t("agents.not_deactivated"), { bad: true }),
            )
          }
        />
      );
    default:
      return null;
  }
}

export function Agents() {
  const [asked, setAsked] = useState<Asked>(null);
  const [fetched, again] = useFetched<StandingList>("/agents/standing");
  const standing = standingOf(fetched);
  const agents = [...known.directory.agents].sort(
    (a, b) => Number(b.active) - Number(a.active) || a.name.localeCompare(b.name),
  );
  return (
    <>
      <div class="settings-bar">
        <button type="button" class="button primary" onClick={() => setAsked({ act: "invite" })}>
          <Icon name="plus" size={15} />
          {t("agents.invite")}
        </button>
      </div>
      {fetched.phase === "failed" && <Failed text={fetched.text} retry={again} />}
      <ul class="rows card">
        {agents.map((agent) => (
          <Row key={agent.id} agent={agent} standing={standing.get(agent.id)} ask={setAsked} />
        ))}
      </ul>
      <Asking asked={asked} close={() => setAsked(null)} setAsked={setAsked} again={again} />
    </>
  );
}

import { useState } from "preact/hooks";
import type { AgentView } from "../../../wire";
import { patch, post, remove } from "../../api";
import { known } from "../../store";
import { AgentAvatar } from "../../ui/avatar";
import { ConfirmDialog } from "../../ui/confirm";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icons";
import { toast } from "../../ui/toasts";
import { t, type WordKey } from "../../words";
import { Form, ShownOnce, useSending } from "./form";

const ROLES = ["agent", "supervisor", "admin"] as const;

interface Edited {
  name: string;
  email: string;
  role: AgentView["role"];
  teams: readonly string[];
}

function Fields({ edited, change, isNew }: { edited: Edited; change: (edited: Edited) => void; isNew: boolean }) {
  const teams = known.directory.teams.filter((team) => !team.retired);
  return (
    <>
      <label class="field">
        <span>{t("name")}</span>
        <input
          class="input"
          required
          maxLength={120}
          value={edited.name}
          onInput={(event) => change({ ...edited, name: event.currentTarget.value })}
        />
      </label>
      {isNew && (
        <label class="field">
          <span>{t("email")}</span>
          <input
            class="input"
            type="email"
            required
            value={edited.email}
            onInput={(event) => change({ ...edited, email: event.currentTarget.value })}
          />
        </label>
      )}
      <label class="field">
        <span>{t("role")}</span>
        <select
          class="input"
          value={edited.role}
          onChange={(event) => change({ ...edited, role: event.currentTarget.value as AgentView["role"] })}
        >
          {ROLES.map((role) => (
            <option key={role} value={role}>
              {t(`role.${role}` as WordKey)}
            </option>
          ))}
        </select>
        <small class="faint">{t(`role.${edited.role}.more` as WordKey)}</small>
      </label>
      {teams.length > 0 && (
        <fieldset class="field">
          <legend>{t("nav.teams")}</legend>
          {teams.map((team) => (
            <label key={team.id} class="radio">
              <input
                type="checkbox"
                checked={edited.teams.includes(team.id)}
                onChange={(event) =>
                  change({
                    ...edited,
                    teams: event.currentTarget.checked
                      ? [...edited.teams, team.id]
                      : edited.teams.filter((id) => id !== team.id),
                  })
                }
              />
              {team.name}
            </label>
          ))}
        </fieldset>
      )}
    </>
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
  const save = async () => {
    if (agent) return patch(`/agents/${agent.id}`, { name: name.trim(), role, teams });
    const { link } = await post<{ link: string }>("/agents", { name: name.trim(), email: email.trim(), role, teams });
    return invited(link);
  };
  return (
    <Dialog title={t(agent ? "agents.edit" : "agents.invite")} close={close}>
      <Form label={t(agent ? "save" : "agents.invite")} cancel={close} save={save} done={close}>
        {!agent && <p class="faint">{t("agents.invite_more")}</p>}
        <Fields edited={edited} change={setEdited} isNew={!agent} />
      </Form>
    </Dialog>
  );
}

/** For a colleague who has lost the authenticator; one's own is turned off under Security, with a last code. */
function FactorDialog({ agent, close }: { agent: AgentView; close: () => void }) {
  return (
    <Dialog title={t("agents.factor_off")} close={close}>
      <Form
        label={t("agents.factor_off")}
        cancel={close}
        save={() => remove(`/agents/${agent.id}/totp`)}
        done={() => {
          toast(t("agents.factor_is_off", { name: agent.name }));
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

function Row({ agent, ask }: { agent: AgentView; ask: (asked: Asked) => void }) {
  const { directory, me } = known;
  const { problem, send } = useSending();
  const teams = directory.teams.filter((team) => agent.teams.includes(team.id)).map((team) => team.name);
  const reset = () =>
    void send(async () => ask({ act: "link", link: (await post<{ link: string }>(`/agents/${agent.id}/link`)).link }));
  const takeBack = () => void send(() => patch(`/agents/${agent.id}`, { active: true }));
  return (
    <li class={agent.active ? "rows-row" : "rows-row gone"}>
      <AgentAvatar agent={agent} />
      <span class="rows-main">
        <b>{agent.name}</b> {agent.id === me?.id && <span class="faint">{t("me")}</span>}{" "}
        {!agent.active && <span class="badge">{t("agents.gone")}</span>}
      </span>
      <span class="rows-more faint">{[agent.email, t(`role.${agent.role}` as WordKey), ...teams].join(" · ")}</span>
      {agent.active && (
        <span class="rows-acts">
          <button type="button" class="button small" onClick={() => ask({ act: "edit", agent })}>
            {t("edit")}
          </button>
          <button type="button" class="button small" onClick={reset}>
            {t("agents.reset")}
          </button>
          {agent.id !== me?.id && (
            <>
              <button type="button" class="button small" onClick={() => ask({ act: "factor", agent })}>
                {t("agents.factor_off")}
              </button>
              <button type="button" class="button small danger-quiet" onClick={() => ask({ act: "deactivate", agent })}>
                {t("agents.deactivate")}
              </button>
            </>
          )}
        </span>
      )}
      {!agent.active && (
        <button type="button" class="button small" onClick={takeBack}>
          {t("bring_back")}
        </button>
      )}
      {problem && (
        <p class="form-problem" role="alert">
          {problem}
        </p>
      )}
    </li>
  );
}

export function Agents() {
  const [asked, setAsked] = useState<Asked>(null);
  const ask = setAsked;
  const { send } = useSending();
  const agents = [...known.directory.agents].sort(
    (a, b) => Number(b.active) - Number(a.active) || a.name.localeCompare(b.name),
  );
  const close = () => ask(null);
  return (
    <>
      <div class="settings-bar">
        <button type="button" class="button primary" onClick={() => ask({ act: "invite" })}>
          <Icon name="plus" size={15} />
          {t("agents.invite")}
        </button>
      </div>
      <ul class="rows card">
        {agents.map((agent) => (
          <Row key={agent.id} agent={agent} ask={ask} />
        ))}
      </ul>
      {asked?.act === "invite" && (
        <AgentDialog
          agent={null}
          close={() => setAsked((now) => (now?.act === "link" ? now : null))}
          invited={(link) => ask({ act: "link", link })}
        />
      )}
      {asked?.act === "edit" && <AgentDialog agent={asked.agent} close={close} invited={() => undefined} />}
      {asked?.act === "link" && (
        <ShownOnce title={t("agents.link")} text={t("agents.link_more")} secret={asked.link} close={close} />
      )}
      {asked?.act === "factor" && <FactorDialog agent={asked.agent} close={close} />}
      {asked?.act === "deactivate" && (
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
      )}
    </>
  );
}

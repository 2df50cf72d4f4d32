import { useState } from "preact/hooks";
import type { TeamView } from "../../../wire";
import { patch, post } from "../../api";
import { known } from "../../store";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icons";
import { Empty } from "../../ui/states";
import { count, t } from "../../words";
import { Form, useSending } from "./form";

function TeamDialog({ team, close }: { team: TeamView | null; close: () => void }) {
  const [name, setName] = useState(team?.name ?? "");
  const save = () => (team ? patch(`/teams/${team.id}`, { name: name.trim() }) : post("/teams", { name: name.trim() }));
  return (
    <Dialog title={t(team ? "teams.edit" : "teams.make")} close={close}>
      <Form label={t("save")} cancel={close} disabled={!name.trim()} save={save} done={close}>
        <label class="field">
          <span>{t("name")}</span>
          <input
            class="input"
            maxLength={120}
            required
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
      </Form>
    </Dialog>
  );
}

export function Teams() {
  const [edited, setEdited] = useState<TeamView | "new" | null>(null);
  const { problem, send } = useSending();
  const { teams, agents } = known.directory;
  return (
    <>
      <div class="settings-bar">
        <button type="button" class="button primary" onClick={() => setEdited("new")}>
          <Icon name="plus" size={15} />
          {t("teams.make")}
        </button>
      </div>
      {problem && (
        <p class="form-problem" role="alert">
          {problem}
        </p>
      )}
      {teams.length === 0 && (
        <Empty icon="team" title={t("teams.none")}>
          {t("teams.none_more")}
        </Empty>
      )}
      <ul class="rows card">
        {[...teams]
          .sort((a, b) => Number(a.retired) - Number(b.retired) || a.name.localeCompare(b.name))
          .map((team) => (
            <li key={team.id} class={team.retired ? "rows-row gone" : "rows-row"}>
              <Icon name="team" />
              <span class="rows-main">
                <b>{team.name}</b> {team.retired && <span class="badge">{t("retired")}</span>}
              </span>
              <span class="rows-more faint">
                {count("teams.members", agents.filter((agent) => agent.active && agent.teams.includes(team.id)).length)}
              </span>
              <span class="rows-acts">
                <button type="button" class="button small" onClick={() => setEdited(team)}>
                  {t("edit")}
                </button>
                <button
                  type="button"
                  class="button small"
                  onClick={() => void send(() => patch(`/teams/${team.id}`, { retired: !team.retired }))}
                >
                  {t(team.retired ? "bring_back" : "retire")}
                </button>
              </span>
            </li>
          ))}
      </ul>
      {edited && <TeamDialog team={edited === "new" ? null : edited} close={() => setEdited(null)} />}
    </>
  );
}

import { useState } from "preact/hooks";
import type { TeamView } from "../../../wire";
import { patch, post } from "../../api";
import { known } from "../../store";
import { AgentAvatar } from "../../ui/avatar";
import { Dialog } from "../../ui/dialog";
import { Icon } from "../../ui/icons";
import { count, t, type WordKey } from "../../words";
import { Checks } from "./checks";
import { EditableList, NameField } from "./editable";
import { Form } from "./form";

const FACES = 5;

function membersOf(team: string) {
  return known.directory.agents.filter((agent) => agent.active && agent.teams.includes(team));
}

function TeamDialog({ team, close }: { team: TeamView | null; close: () => void }) {
  const [name, setName] = useState(team?.name ?? "");
  const [members, setMembers] = useState(() => (team ? membersOf(team.id).map((agent) => agent.id) : []));
  // Who was let go stays where they were: what is not shown here is not changed here.
  const gone = known.directory.agents.filter((agent) => !agent.active && team && agent.teams.includes(team.id));
  const body = { name: name.trim(), members: [...members, ...gone.map((agent) => agent.id)] };
  const people = known.directory.agents
    .filter((agent) => agent.active)
    .sort((a, b) => a.name.localeCompare(b.name))
    .map((agent) => ({ id: agent.id, label: agent.name, face: <AgentAvatar agent={agent} size="small" /> }));
  const save = () => {
    if (!team) return post("/teams", body);
    return patch(`/teams/${team.id}`, team.retired ? { name: body.name } : body);
  };
  return (
    <Dialog title={t(team ? "teams.edit" : "teams.make")} close={close}>
      <Form label={t("save")} cancel={close} disabled={!name.trim()} save={save} done={close}>
        <NameField label={t("name")} name={name} change={setName} />
        {!team?.retired && (
          <Checks
            legend={t("teams.who")}
            choices={people}
            chosen={members}
            change={setMembers}
            none={t("teams.nobody")}
          />
        )}
      </Form>
    </Dialog>
  );
}

function Row({ team }: { team: TeamView }) {
  const members = membersOf(team.id);
  const { agents } = known.signals;
  const here = members.filter((agent) => agents[agent.id]);
  return (
    <>
      <Icon name="team" />
      <span class="rows-main">
        <b>{team.name}</b>
      </span>
      <span class="rows-more faint faces">
        {members.slice(0, FACES).map((agent) => (
          <span key={agent.id} title={agents[agent.id] ? `${agent.name}: ${t(`presence.${agents[agent.id]}` as WordKey)}` : agent.name}>
            <AgentAvatar agent={agent} size="small" presence={agents[agent.id]} />
          </span>
        ))}
        {count("teams.members", members.length)}
        {here.length > 0 && ` · ${count("teams.here", here.length)}`}
      </span>
    </>
  );
}

export function Teams() {
  return (
    <EditableList
      things={known.directory.teams}
      path="/teams"
      icon="team"
      named={(team) => team.name}
      labels={{ make: t("teams.make"), none: t("teams.none"), none_more: t("teams.none_more") }}
      row={(team) => <Row team={team} />}
      form={(team, close) => <TeamDialog team={team} close={close} />}
    />
  );
}

"""Following a conversation without owning it, and naming colleagues in notes. Private state but for the note."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from gateway.egress.access import Role, Viewer, sees
from gateway.errors import NotFound, Refused
from gateway.events import AgentId, Event, TeamId
from gateway.store import Reader, Tx, as_json

ROLES = {role.value for role in Role}
WATCH = "insert into watchers (agent_id, conversation_id, at) values ($1, $2, $3) on conflict do nothing"
UNWATCH = "delete from watchers where agent_id = $1 and conversation_id = $2"
MENTIONED = """insert into mentions (agent_id, conversation_id, at) values ($1, $2, $3)
    on conflict (agent_id, conversation_id) do update set at = excluded.at"""
NAMED = "update messages set mentions = $2 where id = $1"
AGENTS = "select id, name, role from agents where id in {ids_1} and deactivated_at is null"
TEAMS = "select id, name from teams where id in {ids_1} and retired_at is null"
MEMBERS = """select m.team_id, m.agent_id from team_members m join agents a on a.id = m.agent_id
    where m.team_id in {ids_1} and a.deactivated_at is null order by m.agent_id"""
THEIR_TEAMS = "select agent_id, team_id from team_members where agent_id in {ids_1}"


async def watch(tx: Tx, agent: str, conversation: str) -> bool:
    """Returns whether the agent did not watch it before."""
    return bool(await tx.run(WATCH, agent, conversation, tx.now))


async def unwatch(tx: Tx, agent: str, conversation: str) -> bool:
    return bool(await tx.run(UNWATCH, agent, conversation))


async def load_viewers(look: Reader, agents: Iterable[str]) -> dict[str, Viewer]:
    """These agents as the rule of access sees them; those who left, or have a newer version's role, are not."""
    wanted = as_json(sorted(set(agents)))
    teams: dict[str, set[TeamId]] = {}
    for row in await look.all(THEIR_TEAMS, wanted):
        teams.setdefault(row["agent_id"], set()).add(TeamId(row["team_id"]))
    return {
        row["id"]: Viewer(AgentId(row["id"]), Role(row["role"]), frozenset(teams.get(row["id"], ())))
        for row in await look.all(AGENTS, wanted)
        if row["role"] in ROLES
    }


async def mention(tx: Tx, note: Event, named: Collection[str]) -> list[str]:
    """A note that was just stored names agents and teams: they are told and watch from now on. Returns the agents.

    Raises NotFound for who is not there, Refused for who may not see the conversation: they would be told nothing.
    """
    wanted = as_json(sorted(set(named)))
    agents = {row["id"]: row["name"] for row in await tx.all(AGENTS, wanted)}
    teams = {row["id"]: row["name"] for row in await tx.all(TEAMS, wanted)}
    for one in named:
        if one not in agents and one not in teams:
            raise NotFound("errors.agent_not_found", f"neither an agent nor a team: {one}")
    members: dict[str, list[str]] = {team: [] for team in teams}
    if teams:
        for row in await tx.all(MEMBERS, as_json(sorted(teams))):
            members[row["team_id"]].append(row["agent_id"])
    viewers = await load_viewers(tx, {*agents, *(one for team in members.values() for one in team)})
    seeing = {one for one, viewer in viewers.items() if sees(viewer, note.now)}
    for one, name in agents.items():
        _check_sees(one in seeing, one, name)
    for team, name in teams.items():
        _check_sees(bool(seeing & set(members[team])), team, name)
    told = sorted(seeing)
    await _write_down(tx, note, list(dict.fromkeys(named)), told)
    return told


def _check_sees(may: bool, key: str, name: str) -> None:
    if not may:
        raise Refused(
            "errors.mention_unseen", f"{key} may not see it", code="mention_unseen", id=key, name=name
        )


async def _write_down(tx: Tx, note: Event, named: list[str], told: list[str]) -> None:
    await tx.run(NAMED, note.message, as_json(named))
    for agent in told:
        await tx.run(MENTIONED, agent, note.conversation, tx.now)
        await tx.run(WATCH, agent, note.conversation, tx.now)
    changes: dict[str, Any] = {"mentions": told}
    note.changes.update(changes)

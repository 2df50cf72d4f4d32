"""Whose it is: an agent, a team, nobody."""

from __future__ import annotations

from dataclasses import replace

from gateway.errors import Refused
from gateway.events import Actor, AgentId, TeamId
from gateway.store import Tx
from gateway.stream.hold import changed, hold

ASSIGN = "update conversations set assignee_id = $2 where id = $1"
SET_TEAM = "update conversations set team_id = $2 where id = $1"
AGENT = "select 1 from agents where id = $1 and deactivated_at is null"
TEAM = "select 1 from teams where id = $1 and retired_at is null"


async def assign(tx: Tx, conversation: str, to: str | None, by: Actor) -> None:
    """Give the conversation to an agent, or to nobody. Raises NotFound, Refused when there is no such active agent."""
    held = await hold(tx, conversation)
    if to == held.scope.assignee:
        return
    if to is not None:
        await check_agent(tx, to)
    now = replace(held.scope, assignee=AgentId(to) if to else None)
    await tx.run(ASSIGN, held.id, to)
    changed(tx, held, by, {"assignee": [held.scope.assignee, to]}, now)


async def take_if_nobodys(tx: Tx, conversation: str, by: Actor) -> None:
    """Whoever answers has it, unless somebody had it before. One who is no longer active does not."""
    held = await hold(tx, conversation)
    if held.scope.assignee is None and await tx.one(AGENT, by.id) is not None:
        await assign(tx, held.id, by.id, by)


async def set_team(tx: Tx, conversation: str, to: str | None, by: Actor) -> None:
    """Move the conversation into a team's queue, or into everybody's. Raises NotFound, Refused."""
    held = await hold(tx, conversation)
    if to == held.scope.team:
        return
    if to is not None:
        await check_team(tx, to)
    now = replace(held.scope, team=TeamId(to) if to else None)
    await tx.run(SET_TEAM, held.id, to)
    changed(tx, held, by, {"team": [held.scope.team, to]}, now)


async def check_agent(tx: Tx, agent: str) -> None:
    """May work be given to this agent? Raises Refused."""
    if await tx.one(AGENT, agent) is None:
        raise Refused("errors.agent_not_active", f"no active agent {agent}")


async def check_team(tx: Tx, team: str) -> None:
    """May work be given to this team? Raises Refused."""
    if await tx.one(TEAM, team) is None:
        raise Refused("errors.team_not_active", f"no active team {team}")

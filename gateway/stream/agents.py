"""The people of the team: made, changed, let go. Their words and their name stay when they leave."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from gateway.errors import Conflict, NotFound, Refused
from gateway.events import Actor, Event, Kind, new_id
from gateway.store import Row, Tx
from gateway.stream.assign import assign

INSERT = """insert into agents (id, email, name, role, password_hash, preferences, created_at)
    values ($1, $2, $3, $4, $5, '{}', $6) on conflict (email) do nothing"""
HOLD = "select * from agents where id = $1 {lock}"
UPDATE = "update agents set name = $2, email = $3, role = $4, picture = $5, locale = $6 where id = $1"
EMAIL_TAKEN = "select 1 from agents where email = $1 and id <> $2"
# Locks the admins, so that two who leave at the same time cannot both be the last but one.
ADMINS = "select id from agents where role = 'admin' and deactivated_at is null order by id {lock}"
TEAMS = "select team_id from team_members where agent_id = $1"
MEMBERS = "select agent_id from team_members where team_id = $1"
LIVE_TEAM = "select 1 from teams where id = $1 and retired_at is null"
JOIN = "insert into team_members (team_id, agent_id) values ($1, $2) on conflict do nothing"
LEAVE = "delete from team_members where team_id = $1 and agent_id = $2"
THEIRS = """select id from conversations where assignee_id = $1 and status in ('open', 'snoozed')
    and merged_into is null order by id"""


async def add_agent(
    tx: Tx, email: str, name: str, role: str, by: Actor, *, password_hash: str | None = None
) -> str:
    """A new colleague; without a password a one-time link lets them in. Returns the id. Raises Conflict."""
    key = new_id()
    if not await tx.run(INSERT, key, email.lower(), name, role, password_hash, tx.now):
        raise Conflict("errors.email_taken", f"an agent with the address of {key} exists")
    tell_directory(tx, key, by, {"what": "agent", "made": True})
    return key


async def change_agent(tx: Tx, agent: str, by: Actor, **changes: Any) -> None:
    """Change name, email, role, picture or locale. Raises NotFound, Conflict, Refused (the last admin)."""
    row = await hold_agent(tx, agent)
    fresh = {key: changes.get(key, row[key]) for key in ("name", "email", "role", "picture", "locale")}
    address, former = fresh["email"].lower(), row["email"]
    fresh["email"] = address
    changed = sorted(key for key in fresh if fresh[key] != row[key])
    if not changed:
        return
    if address != former and await tx.one(EMAIL_TAKEN, address, agent) is not None:
        raise Conflict("errors.email_taken", f"another agent has the address that {agent} should get")
    if "role" in changed and row["role"] == "admin":
        await _check_other_admin(tx, agent)
    await tx.run(UPDATE, agent, *fresh.values())
    tell_directory(tx, agent, by, {"what": "agent", "fields": changed})
    if "role" in changed:
        tell_access(tx, agent, by, {"role": [row["role"], fresh["role"]]})


async def set_teams(tx: Tx, agent: str, teams: Collection[str], by: Actor) -> None:
    """Put the agent into exactly these teams. Raises NotFound for an agent or a team that is not there."""
    await hold_agent(tx, agent)
    before = {row["team_id"] for row in await tx.all(TEAMS, agent)}
    joined, left = sorted(set(teams) - before), sorted(before - set(teams))
    if not joined and not left:
        return
    for team in joined:
        if await tx.one(LIVE_TEAM, team) is None:
            raise NotFound("errors.team_not_found", f"no team {team}")
        await tx.run(JOIN, team, agent)
    for team in left:
        await tx.run(LEAVE, team, agent)
    tell_directory(tx, agent, by, {"what": "agent", "fields": ["teams"]})
    tell_access(tx, agent, by, {"joined": joined, "left": left})


async def set_members(tx: Tx, team: str, agents: Collection[str], by: Actor) -> None:
    """Put exactly these agents into the team. Raises NotFound for a team that is not in use, or an unknown agent."""
    if await tx.one(LIVE_TEAM, team) is None:
        raise NotFound("errors.team_not_found", f"no team {team}")
    before = {row["agent_id"] for row in await tx.all(MEMBERS, team)}
    for agent in sorted(set(agents) ^ before):
        held = {row["team_id"] for row in await tx.all(TEAMS, agent)}
        await set_teams(tx, agent, held ^ {team}, by)


async def deactivate(tx: Tx, agent: str, by: Actor) -> None:
    """Let an agent go: open work returns to its team, name and words stay, access ends.

    Sessions and tokens are ended by the caller in the same transaction. Raises NotFound, Refused (the last admin).
    """
    row = await hold_agent(tx, agent)
    if row["deactivated_at"] is not None:
        return
    if row["role"] == "admin":
        await _check_other_admin(tx, agent)
    await tx.run("update agents set deactivated_at = $2 where id = $1", agent, tx.now)
    for conversation in await tx.all(THEIRS, agent):
        await assign(tx, conversation["id"], None, by)
    tell_directory(tx, agent, by, {"what": "agent", "fields": ["active"]})
    tell_access(tx, agent, by, {"active": False})


async def reactivate(tx: Tx, agent: str, by: Actor) -> None:
    """Take an agent back; they sign in again as before. Raises NotFound."""
    row = await hold_agent(tx, agent)
    if row["deactivated_at"] is None:
        return
    await tx.run("update agents set deactivated_at = null where id = $1", agent)
    tell_directory(tx, agent, by, {"what": "agent", "fields": ["active"]})


async def hold_agent(tx: Tx, agent: str) -> Row:
    """Lock an agent's row. Raises NotFound."""
    row = await tx.one(HOLD, agent)
    if row is None:
        raise NotFound("errors.agent_not_found", f"no agent {agent}")
    return row


async def _check_other_admin(tx: Tx, agent: str) -> None:
    if all(row["id"] == agent for row in await tx.all(ADMINS)):
        raise Refused("errors.last_admin", f"{agent} is the last admin")


def tell_directory(tx: Tx, agent: str, by: Actor, changes: dict[str, Any]) -> None:
    """Record what has changed about an agent, never the values: names and addresses stay out of the log."""
    tx.record(Event(Kind.DIRECTORY_CHANGED, by, tx.now, subject=agent, changes=changes, audited=True))


def tell_access(tx: Tx, agent: str, by: Actor, changes: dict[str, Any]) -> None:
    """Record that what this agent may see or do has changed: their sessions look again."""
    tx.record(Event(Kind.ACCESS_CHANGED, by, tx.now, subject=agent, changes=changes, audited=True))

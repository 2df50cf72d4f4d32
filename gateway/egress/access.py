"""Who of the team may see a conversation: one rule, in memory (`sees`) and in SQL (`where_sees`).

Supervisors and admins see everything. An agent sees what stands in no team, in one of the agent's own teams, or is
assigned to the agent. What somebody may not see looks as if it were not there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from gateway.events import AgentId, Scope, TeamId


class Role(StrEnum):
    """What somebody on the team may do; each role may do all that the one before it may."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"

    def reaches(self, least: Role) -> bool:
        """May this role do what asks for at least `least`?"""
        return _RANK[self] >= _RANK[least]


_RANK = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True, slots=True)
class Viewer:
    """An agent as the rule of access sees them."""

    agent_id: AgentId
    role: Role
    teams: frozenset[TeamId] = frozenset()
    sees_all: bool = field(init=False, compare=False)
    """Asked for every socket and fact, so it is known and not worked out."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "sees_all", self.role.reaches(Role.SUPERVISOR))


def sees(viewer: Viewer, scope: Scope | None) -> bool:
    """May the viewer see a conversation that stands there? Nobody sees what does not exist (None)."""
    if scope is None:
        return False
    return (
        viewer.sees_all
        or scope.team is None
        or scope.team in viewer.teams
        or scope.assignee == viewer.agent_id
    )


class _Row(Protocol):
    def __getitem__(self, key: str, /) -> Any: ...


def sees_row(viewer: Viewer, row: _Row) -> bool:
    """The same rule on a conversation's row (`team_id`, `assignee_id`)."""
    return (
        viewer.sees_all
        or row["team_id"] is None
        or row["team_id"] in viewer.teams
        or row["assignee_id"] == viewer.agent_id
    )


def where_sees(viewer: Viewer, alias: str, params: list[Any]) -> str:
    """The same rule as an SQL condition on the `conversations` row `alias`; appends its values to `params`."""
    if viewer.sees_all:
        return "1 = 1"
    allowed = [f"{alias}.team_id is null", f"{alias}.assignee_id = {_place(params, viewer.agent_id)}"]
    if viewer.teams:
        teams = ", ".join(_place(params, team) for team in sorted(viewer.teams))
        allowed.append(f"{alias}.team_id in ({teams})")
    return f"({' or '.join(allowed)})"


def where_agent_sees(agent: str, alias: str) -> str:
    """The same rule for many agents at once: a condition on rows of `agents` and `conversations`, by their aliases."""
    return (
        f"({agent}.role in ('supervisor', 'admin') or {alias}.team_id is null or {alias}.assignee_id = {agent}.id"
        f" or exists (select 1 from team_members seeing where seeing.agent_id = {agent}.id"
        f" and seeing.team_id = {alias}.team_id))"
    )


def _place(params: list[Any], value: str) -> str:
    params.append(value)
    return f"${len(params)}"

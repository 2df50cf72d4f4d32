"""One rule of access: what SQL lets through is what memory lets through."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.egress.access import Role, Viewer, sees, sees_row, where_sees
from gateway.events import AgentId, Scope, Status, TeamId

TEAMS = [TeamId("t1"), TeamId("t2"), TeamId("t3")]
AGENTS = [AgentId("a1"), AgentId("a2")]

viewers = st.builds(
    Viewer, st.sampled_from(AGENTS), st.sampled_from(Role), st.frozensets(st.sampled_from(TEAMS))
)
scopes = st.builds(
    Scope,
    st.sampled_from(Status),
    st.none() | st.sampled_from(TEAMS),
    st.none() | st.sampled_from(AGENTS),
)


def by_sql(viewer: Viewer, scope: Scope) -> bool:
    params: list[Any] = ["before"]
    condition = where_sees(viewer, "c", params)
    select = f"select 1 from (select ? team_id, ? assignee_id) c where {condition}"
    numbered = re.sub(r"\$(\d+)", lambda found: f":p{found[1]}", select)
    values = {f"p{place}": value for place, value in enumerate(params, 1)}
    for key, value in (("team", scope.team), ("assignee", scope.assignee)):
        numbered = numbered.replace("?", f":{key}", 1)
        values[key] = value
    return sqlite3.connect(":memory:").execute(numbered, values).fetchone() is not None


@given(viewers, scopes)
def test_sql_and_memory_agree(viewer: Viewer, scope: Scope) -> None:
    row = {"team_id": scope.team, "assignee_id": scope.assignee}
    assert by_sql(viewer, scope) == sees(viewer, scope) == sees_row(viewer, row)


@pytest.mark.parametrize(
    ("role", "teams", "team", "assignee", "seen"),
    [
        (Role.AGENT, [], None, None, True),
        (Role.AGENT, [], "t1", None, False),
        (Role.AGENT, ["t2"], "t1", None, False),
        (Role.AGENT, ["t1"], "t1", None, True),
        (Role.AGENT, [], "t1", "a1", True),
        (Role.AGENT, [], "t1", "a2", False),
        (Role.AGENT, ["t1"], "t1", "a2", True),
        (Role.SUPERVISOR, [], "t1", "a2", True),
        (Role.ADMIN, [], "t1", None, True),
    ],
)
def test_the_rule(role: Role, teams: list[TeamId], team: Any, assignee: Any, seen: bool) -> None:
    viewer = Viewer(AgentId("a1"), role, frozenset(teams))
    assert sees(viewer, Scope(Status.OPEN, team, assignee)) is seen


def test_nobody_sees_what_does_not_exist() -> None:
    assert not sees(Viewer(AgentId("a1"), Role.ADMIN), None)


def test_roles_reach_what_lies_below() -> None:
    assert Role.ADMIN.reaches(Role.AGENT) and Role.AGENT.reaches(Role.AGENT)
    assert not Role.SUPERVISOR.reaches(Role.ADMIN)

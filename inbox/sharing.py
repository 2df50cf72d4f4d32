"""What macros and saved views have in common at the agents' door: who may use one, who may share one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from gateway.egress.access import Role, Viewer
from gateway.errors import Forbidden
from gateway.store import Reader, Row, as_json
from gateway.stream.sharing import PERSONAL, TEAMS, Shelf
from inbox.fitting import Id, Name, Sent

Scope = Literal["all", "teams", "personal"]
Teams = Annotated[list[Id], Field(max_length=100)]


class MakeShared(Sent):
    """What is said of a new one."""

    name: Name
    scope: Scope = "personal"
    teams: Teams = Field(default_factory=list)
    """With scope `teams`."""


class ChangeShared(Sent):
    """What is left out stays."""

    name: Name | None = None
    scope: Scope | None = None
    teams: Teams | None = None
    retired: bool | None = None


USABLE = """(s.scope = 'all' or (s.scope = 'personal' and s.owner_id = $1)
    or (s.scope = 'teams' and ({all} or exists (select 1 from {links} l join team_members tm
        on tm.team_id = l.team_id where l.{link} = s.id and tm.agent_id = $1))))"""


def usable(shelf: Shelf, viewer: Viewer) -> str:
    """A condition on the row `s` of what the viewer may use; parameter 1 is the viewer's id."""
    anybodys = "1 = 1" if viewer.sees_all else "1 = 0"
    return USABLE.format(all=anybodys, links=shelf.links, link=shelf.link)


def check_may_share(viewer: Viewer, *scopes: str) -> None:
    """One's own is one's own affair; what others use is for supervisors and admins. Raises Forbidden."""
    if any(scope != PERSONAL for scope in scopes) and not viewer.role.reaches(Role.SUPERVISOR):
        raise Forbidden("errors.forbidden", f"{viewer.agent_id} shares {scopes}")


async def load_teams(look: Reader, shelf: Shelf, rows: Sequence[Row]) -> Mapping[str, list[str]]:
    """The teams that these are shared with, by their ids."""
    teams: dict[str, list[str]] = defaultdict(list)
    if shared := [row["id"] for row in rows if row["scope"] == TEAMS]:
        sql = f"select * from {shelf.links} where {shelf.link} in {{ids_1}} order by team_id"
        for row in await look.all(sql, as_json(shared)):
            teams[row[shelf.link]].append(row["team_id"])
    return teams

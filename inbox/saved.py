"""Saved views as agents find them: their own, their teams', everybody's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from gateway.egress.access import Role, Viewer
from gateway.egress.types import SavedView
from gateway.errors import Forbidden, NotFound
from gateway.store import Reader, Row, as_json, from_json
from gateway.stream.saved import PERSONAL
from inbox.sorting import Filter

USABLE = """(v.scope = 'all' or (v.scope = 'personal' and v.owner_id = $1)
    or (v.scope = 'teams' and ({all} or exists (select 1 from saved_view_teams vt join team_members tm
        on tm.team_id = vt.team_id where vt.view_id = v.id and tm.agent_id = $1))))"""
TEAMS = "select view_id, team_id from saved_view_teams where view_id in {ids_1} order by team_id"


async def load_views(look: Reader, viewer: Viewer, *, retired: bool = False) -> list[SavedView]:
    """Those the viewer may use, by name."""
    state = "is not null" if retired else "is null"
    return await _views(look, await _usable(look, viewer, f"and v.retired_at {state} order by v.name, v.id"))


async def load_filters(look: Reader, viewer: Viewer) -> dict[str, Filter]:
    """By view, of those in use that the viewer may use."""
    rows = await _usable(look, viewer, "and v.retired_at is null")
    return {row["id"]: Filter.of(from_json(row["filter"])) for row in rows}


async def access_view(look: Reader, viewer: Viewer, key: str) -> Row:
    """A view the viewer may use, in use or retired. Raises NotFound."""
    rows = await _usable(look, viewer, "and v.id = $2", key)
    if not rows:
        raise NotFound("errors.view_not_found", f"{viewer.agent_id} may use no view {key}")
    return rows[0]


async def show_view(look: Reader, viewer: Viewer, key: str) -> SavedView:
    """Raises NotFound."""
    return (await _views(look, [await access_view(look, viewer, key)]))[0]


def check_may_share(viewer: Viewer, scope: str) -> None:
    """One's own is one's own affair; what others use is for supervisors and admins. Raises Forbidden."""
    if scope != PERSONAL and not viewer.role.reaches(Role.SUPERVISOR):
        raise Forbidden("errors.forbidden", f"{viewer.agent_id} shares {scope}")


async def _usable(look: Reader, viewer: Viewer, rest: str, *args: str) -> Sequence[Row]:
    usable = USABLE.replace("{all}", "1 = 1" if viewer.sees_all else "1 = 0")
    return await look.all(f"select v.* from saved_views v where {usable} {rest}", viewer.agent_id, *args)


async def _views(look: Reader, rows: Sequence[Row]) -> list[SavedView]:
    teams: dict[str, list[str]] = defaultdict(list)
    if shared := [row["id"] for row in rows if row["scope"] == "teams"]:
        for row in await look.all(TEAMS, as_json(shared)):
            teams[row["view_id"]].append(row["team_id"])
    return [_view(row, teams[row["id"]]) for row in rows]


def _view(row: Row, teams: list[str]) -> SavedView:
    return {
        "id": row["id"],
        "name": row["name"],
        "scope": row["scope"],
        "teams": teams,
        "owner": row["owner_id"],
        "filter": from_json(row["filter"]),
        "sort": row["sort"],
        "retired": row["retired_at"] is not None,
        "changed_at": row["changed_at"],
    }

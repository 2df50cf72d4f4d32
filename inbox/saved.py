"""Saved views as agents find them: their own, their teams', everybody's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from gateway.egress.access import Viewer
from gateway.egress.house import FilterView, SavedView
from gateway.errors import NotFound
from gateway.store import Reader, Row, from_json
from gateway.stream.saved import SHELF
from inbox.sharing import load_teams, usable
from inbox.sorting import Filter


async def load_views(look: Reader, viewer: Viewer, *, retired: bool = False) -> list[SavedView]:
    """Those the viewer may use, by name; with `retired`, those that are no longer in use after them."""
    which = "" if retired else "and s.retired_at is null"
    order = "order by case when s.retired_at is null then 0 else 1 end, s.name, s.id"
    return await _views(look, await _usable(look, viewer, f"{which} {order}"))


async def load_filters(look: Reader, viewer: Viewer) -> dict[str, Filter]:
    """By view, of those in use that the viewer may use."""
    rows = await _usable(look, viewer, "and s.retired_at is null")
    return {row["id"]: Filter.of(from_json(row["filter"])) for row in rows}


async def access_view(look: Reader, viewer: Viewer, key: str) -> Row:
    """A view the viewer may use, in use or retired. Raises NotFound."""
    rows = await _usable(look, viewer, "and s.id = $2", key)
    if not rows:
        raise NotFound("errors.view_not_found", f"{viewer.agent_id} may use no view {key}")
    return rows[0]


async def show_view(look: Reader, viewer: Viewer, key: str) -> SavedView:
    """Raises NotFound."""
    return (await _views(look, [await access_view(look, viewer, key)]))[0]


async def _usable(look: Reader, viewer: Viewer, rest: str, *args: str) -> Sequence[Row]:
    sql = f"select s.* from saved_views s where {usable(SHELF, viewer)} {rest}"
    return await look.all(sql, viewer.agent_id, *args)


async def _views(look: Reader, rows: Sequence[Row]) -> list[SavedView]:
    teams = await load_teams(look, SHELF, rows)
    return [_view(row, teams[row["id"]]) for row in rows]


def _view(row: Row, teams: list[str]) -> SavedView:
    return {
        "id": row["id"],
        "name": row["name"],
        "scope": row["scope"],
        "teams": teams,
        "owner": row["owner_id"],
        # What was saved before there was a choice of priority names none.
        "filter": cast(FilterView, {"priority": None, **from_json(row["filter"])}),
        "sort": row["sort"],
        "retired": row["retired_at"] is not None,
        "changed_at": row["changed_at"],
    }

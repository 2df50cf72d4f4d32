"""Saved views: named filters."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from gateway.errors import NotFound
from gateway.events import Actor, new_id
from gateway.store import Tx, as_json
from gateway.stream.directory import name_of
from gateway.stream.sharing import Shelf

MOST_SHARED, MOST_OWN = 50, 50
"""Each is counted, so there are not many."""
SHELF = Shelf(
    kind="view",
    table="saved_views",
    links="saved_view_teams",
    link="view_id",
    most_shared=MOST_SHARED,
    most_own=MOST_OWN,
    wrong_teams="errors.view_teams",
    too_many="errors.view_many",
)

INSERT = """insert into saved_views (id, name, scope, owner_id, filter, sort, changed_at, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $7)"""
HOLD = "select * from saved_views where id = $1 {lock}"
UPDATE = """update saved_views set name = $2, scope = $3, filter = $4, sort = $5, retired_at = $6, changed_at = $7
    where id = $1"""


async def make_view(
    tx: Tx, name: str, scope: str, teams: Collection[str], filter_: Mapping[str, Any], sort: str, by: Actor
) -> str:
    """A new view of `by`. Returns its id. Raises Refused: no name, too many, for no team, or one that is not there."""
    await SHELF.check_room(tx, scope, by.id)
    key = new_id()
    await tx.run(INSERT, key, name_of(name), scope, by.id, as_json(filter_), sort, tx.now)
    await SHELF.put(tx, key, scope, teams, by)
    return key


async def change_view(
    tx: Tx,
    view: str,
    by: Actor,
    *,
    name: str | None = None,
    scope: str | None = None,
    teams: Collection[str] | None = None,
    filter_: Mapping[str, Any] | None = None,
    sort: str | None = None,
    retired: bool | None = None,
) -> None:
    """Change what is given; retire it or take it back. Raises NotFound, Refused."""
    row = await tx.one(HOLD, view)
    if row is None:
        raise NotFound("errors.view_not_found", f"no view {view}")
    scope, retired_at = await SHELF.move(tx, row, by, scope, teams, retired)
    name = row["name"] if name is None else name_of(name)
    said = row["filter"] if filter_ is None else as_json(filter_)
    await tx.run(UPDATE, view, name, scope, said, sort or row["sort"], retired_at, tx.now)

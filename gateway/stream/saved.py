"""Saved views: named filters. Retired, never deleted; shared ones are facts, one's own are private state."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from gateway.errors import NotFound, Refused
from gateway.events import Actor, Event, Kind, new_id
from gateway.store import Row, Tx, as_json, plain

PERSONAL, TEAMS = "personal", "teams"
MOST_SHARED, MOST_OWN = 50, 50
"""Views in use: those of the house, and those of one agent. Each is counted, so there are not many."""

INSERT = """insert into saved_views (id, name, scope, owner_id, filter, sort, changed_at, created_at)
    values ($1, $2, $3, $4, $5, $6, $7, $7)"""
HOLD = "select * from saved_views where id = $1 {lock}"
UPDATE = """update saved_views set name = $2, scope = $3, filter = $4, sort = $5, retired_at = $6, changed_at = $7
    where id = $1"""
OF_TEAMS = "select team_id from saved_view_teams where view_id = $1 order by team_id"
NEW_TEAM = "insert into saved_view_teams (view_id, team_id) values ($1, $2)"
DROP_TEAMS = "delete from saved_view_teams where view_id = $1"
LIVE_TEAM = "select 1 from teams where id = $1 and retired_at is null"
SHARED = "select count(*) from saved_views where scope <> 'personal' and retired_at is null"
OWN = "select count(*) from saved_views where scope = 'personal' and owner_id = $1 and retired_at is null"


async def make_view(
    tx: Tx, name: str, scope: str, teams: Collection[str], filter_: Mapping[str, Any], sort: str, by: Actor
) -> str:
    """A new view of `by`. Returns its id. Raises Refused: no name, too many, for no team, or one that is not there."""
    await _check_room(tx, scope, by.id)
    await _check(tx, name, scope, teams)
    key = new_id()
    await tx.run(INSERT, key, plain(name).strip(), scope, by.id, as_json(filter_), sort, tx.now)
    await _set_teams(tx, key, teams)
    _tell(tx, key, by, scope)
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
    called, reach = name or row["name"], scope or row["scope"]
    kept = [one["team_id"] for one in await tx.all(OF_TEAMS, view)] if teams is None else teams
    wanted = [] if reach != TEAMS and teams is None else sorted(set(kept))
    retired_at = _retired_at(row, retired, tx.now)
    if retired_at is None and (row["retired_at"] is not None or reach != row["scope"]):
        await _check_room(tx, reach, row["owner_id"])
    if teams is not None or reach != row["scope"]:
        await _check(tx, called, reach, wanted)
    said = row["filter"] if filter_ is None else as_json(filter_)
    await tx.run(UPDATE, view, plain(called).strip(), reach, said, sort or row["sort"], retired_at, tx.now)
    await tx.run(DROP_TEAMS, view)
    await _set_teams(tx, view, wanted)
    _tell(tx, view, by, row["scope"], reach)


async def _set_teams(tx: Tx, view: str, teams: Collection[str]) -> None:
    for team in sorted(set(teams)):
        await tx.run(NEW_TEAM, view, team)


async def _check(tx: Tx, name: str, scope: str, teams: Collection[str]) -> None:
    if not plain(name).strip():
        raise Refused("errors.name_missing")
    if (scope == TEAMS) != bool(teams):
        raise Refused("errors.view_teams", f"scope {scope} with {len(teams)} teams")
    for team in teams:
        if await tx.one(LIVE_TEAM, team) is None:
            raise Refused("errors.team_not_active", f"no active team {team}")


async def _check_room(tx: Tx, scope: str, owner: str) -> None:
    own = scope == PERSONAL
    there, most = (await tx.value(OWN, owner), MOST_OWN) if own else (await tx.value(SHARED), MOST_SHARED)
    if there >= most:
        raise Refused("errors.view_many", f"{there} views in use", limit=most)


def _retired_at(row: Row, retired: bool | None, now: int) -> int | None:
    held: int | None = row["retired_at"]
    if retired is None:
        return held
    return (held or now) if retired else None


def _tell(tx: Tx, view: str, by: Actor, *scopes: str) -> None:
    """One's own are told to one's own tabs by the door."""
    if any(scope != PERSONAL for scope in scopes):
        tx.record(
            Event(Kind.SETTING_CHANGED, by, tx.now, subject=view, changes={"what": "view"}, audited=True)
        )

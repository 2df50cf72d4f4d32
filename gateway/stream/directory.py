"""What conversations are filed by: teams and tags. Retired, never deleted."""

from __future__ import annotations

from gateway.errors import Conflict, NotFound, Refused
from gateway.events import Actor, Event, Kind, new_id
from gateway.store import Row, Tx, plain

NEW_TEAM = "insert into teams (id, name, created_at) values ($1, $2, $3) on conflict (name) do nothing"
NAMED = "select 1 from {table} where name = $1 and id <> $2"


async def make_team(tx: Tx, name: str, by: Actor) -> str:
    """A new team. Returns its id. Raises Conflict when the name is taken."""
    key = new_id()
    if not await tx.run(NEW_TEAM, key, name, tx.now):
        raise Conflict("errors.name_taken", f"a team has the name of {key}")
    _tell(tx, "team", key, by)
    return key


async def change_team(
    tx: Tx, team: str, by: Actor, *, name: str | None = None, retired: bool | None = None
) -> None:
    """Rename, retire or take back a team. Raises NotFound, Conflict."""
    row = await _held(tx, "teams", team)
    await _check_name(tx, "teams", team, name, row)
    await tx.run(
        "update teams set name = $2, retired_at = $3 where id = $1",
        team,
        row["name"] if name is None else name,
        retired_at(tx, row, retired),
    )
    _tell(tx, "team", team, by)


async def change_tag(
    tx: Tx,
    tag: str,
    by: Actor,
    *,
    name: str | None = None,
    colour: str | None = None,
    retired: bool | None = None,
) -> None:
    """Rename, recolour, retire or take back a tag. Raises NotFound, Conflict."""
    row = await _held(tx, "tags", tag)
    await _check_name(tx, "tags", tag, name, row)
    await tx.run(
        "update tags set name = $2, colour = $3, retired_at = $4 where id = $1",
        tag,
        row["name"] if name is None else name,
        row["colour"] if colour is None else colour,
        retired_at(tx, row, retired),
    )
    _tell(tx, "tag", tag, by)


def name_of(said: str) -> str:
    """A name as it is kept. Raises Refused for one of spaces."""
    name = plain(said).strip()
    if not name:
        raise Refused("errors.name_missing")
    return name


async def _held(tx: Tx, table: str, key: str) -> Row:
    row = await tx.one(f"select * from {table} where id = $1 {{lock}}", key)
    if row is None:
        raise NotFound("errors.not_found", f"{table} has no {key}")
    return row


async def _check_name(tx: Tx, table: str, key: str, name: str | None, row: Row) -> None:
    if name is None or name == row["name"]:
        return
    if await tx.one(NAMED.replace("{table}", table), name, key) is not None:
        raise Conflict("errors.name_taken", f"another of {table} has the name for {key}")


def retired_at(tx: Tx, row: Row, retired: bool | None) -> int | None:
    """Since when it is retired (UTC ms), None for in use: as it was, unless `retired` says otherwise."""
    if retired is None or retired == (row["retired_at"] is not None):
        held: int | None = row["retired_at"]
        return held
    return tx.now if retired else None


def _tell(tx: Tx, what: str, key: str, by: Actor) -> None:
    event = Event(Kind.DIRECTORY_CHANGED, by, tx.now, subject=key, changes={"what": what}, audited=True)
    tx.record(event)

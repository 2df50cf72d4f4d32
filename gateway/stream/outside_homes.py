"""The home tabs of people of a place outside: who has opened theirs, what it showed last, and when."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.store import Reader, Row, Tx

OPENED = """insert into outside_homes (place, workspace, external_id, opened_at) values ($1, $2, $3, $4)
    on conflict (place, workspace, external_id) do update set opened_at = excluded.opened_at,
    stale = outside_homes.stale + 1"""
# One that shows nothing of anybody is drawn when it is opened, not before.
STALE = "update outside_homes set stale = stale + 1 where place = $1 and (digest <> '' or stale > 0)"
DUE = """select * from outside_homes where place = $1 and stale > 0 and published_at <= $2
    order by published_at, external_id limit 50"""
SHOWS = """update outside_homes set published_at = $4, digest = $5, stale = case when stale > $6 then 1 else 0 end
    where place = $1 and workspace = $2 and external_id = $3"""
PUT_OFF = (
    "update outside_homes set published_at = $4 where place = $1 and workspace = $2 and external_id = $3"
)
FORGET = "delete from outside_homes where place = $1 and workspace = $2 and external_id = $3"
FORGET_EMPTY = "delete from outside_homes where digest = '' and stale = 0 and published_at < $1"
KEPT = 24 * 3_600_000
"""ms for which it is remembered that somebody opened theirs who is shown nothing."""


@dataclass(frozen=True, slots=True)
class Home:
    workspace: str
    user: str
    opened_at: int
    published_at: int
    digest: str
    stale: int
    """How often something has happened since it was drawn."""


async def opened(tx: Tx, place: str, workspace: str, user: str) -> None:
    """They look at it."""
    await tx.run(OPENED, place, workspace, user, tx.now)


async def touch(tx: Tx, place: str) -> None:
    """Something has happened that may stand in any of them."""
    await tx.run(STALE, place)


async def load_due(look: Reader, place: str, before: int) -> list[Home]:
    """Those that may show another thing, and were last published before that time (UTC ms)."""
    return [_home(row) for row in await look.all(DUE, place, before)]


async def shows(tx: Tx, place: str, home: Home, digest: str) -> None:
    """It shows this from now on; where something happened meanwhile, it is drawn once more."""
    await tx.run(SHOWS, place, home.workspace, home.user, tx.now, digest, home.stale)


async def put_off(tx: Tx, place: str, home: Home) -> None:
    """It cannot be drawn just now: the others come first."""
    await tx.run(PUT_OFF, place, home.workspace, home.user, tx.now)


async def forget(tx: Tx, place: str, home: Home) -> None:
    """Nobody of that name is there any more."""
    await tx.run(FORGET, place, home.workspace, home.user)


async def forget_empty(tx: Tx) -> None:
    """Whoever is nobody here opens theirs anew, and is known again."""
    await tx.run(FORGET_EMPTY, tx.now - KEPT)


def _home(row: Row) -> Home:
    return Home(
        row["workspace"],
        row["external_id"],
        row["opened_at"],
        row["published_at"],
        row["digest"],
        row["stale"],
    )

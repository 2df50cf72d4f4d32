"""Who does what is done once in the deployment: a lease for each duty, by the database's clock.

A lease that has run out is anybody's. Every holder has a higher fencing number than the one before, and what a former
one still writes under its own is refused in that very transaction: it may have been stalled, and not know.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.errors import Unavailable
from gateway.store import Reader, Tx

# What lies further ahead than anybody writes was written before the clock was set back.
TAKE = """insert into leases (name, holder, fence, until) values ($1, $2, 1, $3)
    on conflict (name) do update set holder = excluded.holder, fence = leases.fence + 1, until = excluded.until
    where leases.until <= $4 or leases.until > $5 returning fence"""
SEIZE = """insert into leases (name, holder, fence, until) values ($1, $2, 1, $3)
    on conflict (name) do update set holder = excluded.holder, fence = leases.fence + 1, until = excluded.until
    returning fence"""
KEEP = "update leases set until = $3 where name = $1 and fence = $2"
GIVE_UP = "update leases set until = 0 where name = $1 and fence = $2"
HELD = "select fence from leases where name = $1 {lock}"
ALL = "select name, until from leases"
AHEAD = 5_000
"""ms by which one transaction's clock may be ahead of another's."""


class Superseded(Unavailable):
    """Somebody else has taken the duty since: nothing was written, and it is theirs to go on with."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A duty that its holder, and nobody else, does."""

    name: str
    fence: int


async def take(tx: Tx, name: str, holder: str, lasts: int) -> Lease | None:
    """Take a duty that nobody holds, for `lasts` ms. None: somebody does."""
    ahead = tx.now + lasts + AHEAD
    fence = await tx.value(TAKE, name, holder, tx.now + lasts, tx.now, ahead)
    return None if fence is None else Lease(name, fence)


async def seize(tx: Tx, name: str, holder: str, lasts: int) -> Lease:
    """Take a duty whoever holds it: for the only process there can be, which was another before."""
    return Lease(name, await tx.value(SEIZE, name, holder, tx.now + lasts))


async def keep(tx: Tx, leases: Iterable[Lease], lasts: int) -> set[Lease]:
    """Hold them for `lasts` ms from now. Returns those that are the caller's still."""
    return {one for one in leases if await tx.run(KEEP, one.name, one.fence, tx.now + lasts)}


async def give_up(tx: Tx, leases: Iterable[Lease]) -> None:
    """Anybody may take them at once."""
    for one in leases:
        await tx.run(GIVE_UP, one.name, one.fence)


async def check_held(tx: Tx, lease: Lease) -> None:
    """Call before writing what the duty writes: until this transaction ends nobody takes it over. Raises Superseded."""
    if await tx.value(HELD, lease.name) != lease.fence:
        raise Superseded(f"the duty {lease.name} is another process's now")


async def load_until(look: Reader) -> Mapping[str, int]:
    """Until when each duty is held (UTC ms by the database's clock)."""
    return {row["name"]: row["until"] for row in await look.all(ALL)}

"""The demo's way in: links that sign somebody in at one click, made anew at every start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gateway.sandbox.team import COLLEAGUES
from gateway.store import Reader, Row, Store
from inbox.auth.links import make_link

FIND = "select id, name, role from agents where email = $1 and deactivated_at is null"
HOURS = 24 * 7
"""How long a link nobody has used works."""


class Door(NamedTuple):
    role: str
    name: str
    secret: str


async def sign_in_links(store: Store) -> list[Door]:
    """One link each for an agent, a supervisor and an admin. Links of former starts no longer work."""
    people = await store.read(_people)
    return [
        Door(
            row["role"],
            row["name"],
            await store.write(lambda tx, agent_id=row["id"]: make_link(tx, "demo", agent_id, HOURS)),  # type: ignore[misc]
        )
        for row in people
    ]


async def _people(look: Reader) -> Sequence[Row]:
    found = [await look.one(FIND, one.email) for one in reversed(COLLEAGUES)]
    return [row for row in found if row is not None]

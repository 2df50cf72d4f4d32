"""What macros and saved views have in common: one's own, of teams or everybody's; so many of them; retired, never
deleted. Shared ones are facts; one's own are private state, told to one's own tabs by the door.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from gateway.errors import Refused
from gateway.events import Actor, Event, Kind
from gateway.store import Row, Tx
from gateway.stream.assign import check_team
from gateway.stream.directory import retired_at

PERSONAL, TEAMS = "personal", "teams"

OWN = "select count(*) from {table} where scope = 'personal' and owner_id = $1 and retired_at is null"
SHARED = "select count(*) from {table} where scope <> 'personal' and retired_at is null"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where things of one kind stand."""

    kind: str
    """As the log says what has changed."""
    table: str
    links: str
    """The table of their teams."""
    link: str
    """Their column in it."""
    most_shared: int
    most_own: int
    """In use: those of the house, and those of one agent."""
    wrong_teams: str
    too_many: str
    """Text keys of what is refused."""

    async def check_room(self, tx: Tx, scope: str, owner: str) -> None:
        """Before one is made. Raises Refused: there are so many already."""
        if scope == PERSONAL:
            there, most = await tx.value(OWN.replace("{table}", self.table), owner), self.most_own
        else:
            there, most = await tx.value(SHARED.replace("{table}", self.table)), self.most_shared
        if there >= most:
            raise Refused(self.too_many, f"{there} in use", limit=most)

    async def put(self, tx: Tx, key: str, scope: str, teams: Collection[str], by: Actor) -> None:
        """Share one that `by` has just made. Raises Refused: for no team, or one that is not there."""
        await self._share(tx, key, scope, teams)
        self._tell(tx, key, by, scope)

    async def move(
        self,
        tx: Tx,
        row: Row,
        by: Actor,
        scope: str | None,
        teams: Collection[str] | None,
        retired: bool | None,
    ) -> tuple[str, int | None]:
        """Share one otherwise, retire it or take it back; None leaves it as it is.

        Returns its scope and since when it is retired, to be stored by the caller. Raises Refused.
        """
        fresh = row["scope"] if scope is None else scope
        until = retired_at(tx, row, retired)
        if until is None and (row["retired_at"] is not None or fresh != row["scope"]):
            await self.check_room(tx, fresh, row["owner_id"])
        if teams is not None or fresh != row["scope"]:
            await self._share(tx, row["id"], fresh, teams or ())
        self._tell(tx, row["id"], by, row["scope"], fresh)
        return fresh, until

    async def _share(self, tx: Tx, key: str, scope: str, teams: Collection[str]) -> None:
        if (scope == TEAMS) != bool(teams):
            raise Refused(self.wrong_teams, f"scope {scope} with {len(teams)} teams")
        await tx.run(f"delete from {self.links} where {self.link} = $1", key)
        for team in sorted(set(teams)):
            await check_team(tx, team)
            await tx.run(f"insert into {self.links} ({self.link}, team_id) values ($1, $2)", key, team)

    def _tell(self, tx: Tx, key: str, by: Actor, *scopes: str) -> None:
        if any(scope != PERSONAL for scope in scopes):
            changes = {"what": self.kind}
            tx.record(Event(Kind.SETTING_CHANGED, by, tx.now, subject=key, changes=changes, audited=True))

"""Is anybody there? What customers are told of agents' presence: yes or no, never who.

Whoever answers an account is meant: the agents of the team it names, or all of them where it names none. Agents'
browsers renew their presence over the bus; this room keeps the moment and tells customers when it changes.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence

from gateway.bus import AgentHere, AgentSays
from gateway.errors import Unavailable
from gateway.events import Event, Kind
from gateway.frames import encode
from gateway.store import Reader
from gateway.visitors.desk import Desk
from gateway.visitors.hub import VisitorSession
from presence.board import AWAY, Board, Timings

log = logging.getLogger(__name__)

TICK = 1.0
"""Seconds between two looks: presence also ends by itself, and teams change."""
TEAMS = """select t.name, m.agent_id from teams t left join team_members m on m.team_id = t.id
    where t.retired_at is null"""


class Attendance:
    """One per process."""

    def __init__(self, desk: Desk, sessions: set[VisitorSession]) -> None:
        limits, bus = desk.limits, desk.parts.bus
        self._desk = desk
        self._board = Board(Timings(limits.presence_expires, limits.presence_settles, limits.typing_expires))
        self._clock = desk.parts.clock
        self._sessions = sessions
        # A process that has just begun has heard of nobody yet: for one ping it takes them to be there.
        self._known_from = self._clock() + limits.presence_ping
        self._teams: Mapping[str, set[str]] = {}
        """The agents of each team, by its name; asked for again once a fact says that they have changed."""
        self._stale = True
        self._looking_up = asyncio.Lock()
        self._told: dict[str, bool] = {}
        """What was last said, by account."""
        self._stops = [
            bus.take_signals(AgentHere, self._renew),
            bus.take_signals(AgentSays, self._says),
            bus.take_events(self._changed),
        ]

    def _renew(self, said: AgentHere) -> None:
        now = self._clock()
        if said.gone:
            self._board.gone(said.agent, said.tab, now)
        else:
            self._board.here(said.agent, said.tab, visible=said.visible, active=said.active, now=now)
        self._tell()

    def _says(self, said: AgentSays) -> None:
        self._board.says(said.agent, said.availability)
        self._tell()

    def _changed(self, events: Sequence[Event]) -> None:
        self._stale = self._stale or any(_may_move_teams(event) for event in events)

    async def here(self, account: str) -> bool:
        """As it is now; whoever was told otherwise hears it too. Busy is here, away is not. Raises Unavailable."""
        await self._look_up()
        self._told.setdefault(account, self._look(account))
        self._tell()
        return self._told[account]

    async def _look_up(self) -> None:
        # Whoever comes while it is looked up waits for it: what stood before is stale.
        async with self._looking_up:
            if self._stale:
                self._stale = False
                try:
                    self._teams = await self._desk.store.read(load_teams)
                except BaseException:
                    self._stale = True
                    raise

    def _look(self, account: str) -> bool:
        now = self._clock()
        if now < self._known_from:
            return True
        here = {agent for agent, state in self._board.agents(now).items() if state != AWAY}
        # Of a team that is not there (any more) everybody answers.
        team = self._teams.get(self._desk.opening.team_of(account))
        return bool(here if team is None else here & team)

    async def run(self) -> None:
        """Runs for the life of the process."""
        told = False
        try:
            while True:
                await asyncio.sleep(TICK)
                self._board.expire(self._clock())
                try:
                    await self._look_up()
                    told = False
                except Unavailable as why:
                    if not told:
                        log.warning("cannot see who is in which team, it is tried again and again: %s", why)
                    told = True
                self._tell()
        finally:
            for stop in self._stops:
                stop()

    def _tell(self) -> None:
        for account, told in self._told.items():
            here = self._look(account)
            if here != told:
                self._told[account] = here
                frame = encode({"kind": "here", "here": here})
                for session in self._sessions:
                    if session.visitor.account == account:
                        session.tell(frame)


def _may_move_teams(event: Event) -> bool:
    """Somebody joined or left a team, or one was made, named anew or retired."""
    return event.kind is Kind.ACCESS_CHANGED or (
        event.kind is Kind.DIRECTORY_CHANGED and event.changes.get("what") == "team"
    )


async def load_teams(look: Reader) -> Mapping[str, set[str]]:
    teams: dict[str, set[str]] = defaultdict(set)
    for row in await look.all(TEAMS):
        teams[row["name"]].update({row["agent_id"]} - {None})
    return dict(teams)

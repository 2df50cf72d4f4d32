"""Is anybody there? What customers are told of agents' presence: yes or no, never who.

Agents' browsers renew their presence over the bus; this room keeps the moment and tells customers when it changes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from gateway.bus import AgentHere, AgentSays, Bus
from gateway.limits import Limits
from gateway.live import encode
from gateway.visitors.hub import VisitorSession
from presence.board import AWAY, Board, Timings

TICK = 1.0
"""Seconds between two looks: presence also ends by itself."""


class Attendance:
    """One per process. `clock` tells ms."""

    def __init__(
        self, bus: Bus, limits: Limits, clock: Callable[[], int], sessions: set[VisitorSession]
    ) -> None:
        self._board = Board(Timings(limits.presence_expires, limits.presence_settles, limits.typing_expires))
        self._clock = clock
        self._sessions = sessions
        # A process that has just begun has heard of nobody yet: for one ping it takes them to be there.
        self._known_from = clock() + limits.presence_ping
        self._told = self._look()
        self._stops = [bus.take_signals(AgentHere, self._renew), bus.take_signals(AgentSays, self._says)]

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

    def here(self) -> bool:
        """As it is now; whoever was told otherwise hears it too. Busy is here, away is not."""
        self._tell()
        return self._told

    def _look(self) -> bool:
        now = self._clock()
        return now < self._known_from or any(state != AWAY for _, state in self._board.states(now))

    async def run(self) -> None:
        """Runs for the life of the process."""
        try:
            while True:
                await asyncio.sleep(TICK)
                self._board.expire(self._clock())
                self._tell()
        finally:
            for stop in self._stops:
                stop()

    def _tell(self) -> None:
        here = self._look()
        if here != self._told:
            self._told = here
            frame = encode({"kind": "here", "here": here})
            for session in self._sessions:
                session.write(frame)

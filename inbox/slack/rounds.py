"""Looking again and again what there is to do, for as long as a duty is held."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from gateway.bus import Bus
from gateway.errors import Unavailable
from gateway.events import Event

log = logging.getLogger(__name__)


class Rounds:
    """`what` waits while the database or Slack is gone, and is looked at again `tick` seconds later."""

    def __init__(self, what: str, turn: Callable[[], Awaitable[None]], bus: Bus, tick: float) -> None:
        self._what = what
        self._turn = turn
        self._bus = bus
        self._tick = tick
        self.stirred = True
        """Something has happened since whoever makes the turns said that nothing has."""

    async def run(self) -> None:
        stop = self._bus.take_events(self._happened)
        try:
            while True:
                try:
                    await self._turn()
                except Unavailable as why:
                    log.info("%s wait: %s", self._what, why)
                except Exception:
                    log.exception("%s could not be looked at; they wait", self._what)
                await asyncio.sleep(self._tick)
        finally:
            stop()

    def _happened(self, events: Sequence[Event]) -> None:
        self.stirred = True

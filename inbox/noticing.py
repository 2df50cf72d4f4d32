"""Telling agents what concerns them, soon after it happened. A duty of one process
(`gateway.duties`)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from gateway.bus import PrivateChanged
from gateway.errors import Unavailable
from gateway.events import Event
from gateway.store import Reader, Store
from gateway.stream.notices import Noticed, begin_noticing, notice
from inbox.desk import Desk
from inbox.notices import count_followed, load_notices
from inbox.wire import PrivateView

log = logging.getLogger(__name__)

GATHER = 0.25
"""Seconds in which facts are gathered before they are looked at."""
AGAIN = 1.0
"""Seconds until it is tried again while the database is away."""


class Noticing:
    """Follows the log."""

    def __init__(self, desk: Desk, store: Store | None = None) -> None:
        """`store` refuses once the duty is another's; left out: the desk's own."""
        self._desk = desk
        self._store = store or desk.store
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Runs for as long as the duty is held. Survives a database that is gone for a while."""
        stop = self._desk.bus.take_events(self._happened)
        begun = False
        self._wake.set()
        try:
            while True:
                await self._wake.wait()
                if begun:  # the beginning is at once: what comes before it is not told
                    await asyncio.sleep(GATHER)
                self._wake.clear()
                try:
                    if not begun:
                        await self._store.write(begin_noticing)
                        begun = True
                    await self.catch_up()
                except Unavailable as why:
                    log.warning("notices wait: %s", why)
                    self._wake.set()
                    await asyncio.sleep(AGAIN)
                except Exception:
                    log.exception("notices could not be made; the next fact tries again")
        finally:
            stop()

    def _happened(self, events: Sequence[Event]) -> None:
        self._wake.set()

    async def catch_up(self) -> None:
        """Everything that has happened and was not looked at. Raises Unavailable."""
        while True:
            done = await self._store.write(notice)
            if done.notices or done.gone or done.moved:
                await self._tell(done)
            if not done.more:
                return

    async def _tell(self, done: Noticed) -> None:
        told = await self._store.scan(lambda look: self._told(look, done))
        for agent, private in told.items():
            self._desk.bus.signal(PrivateChanged(agent, "", private))

    async def _told(self, look: Reader, done: Noticed) -> dict[str, PrivateView]:
        """In as few statements for many agents as for one."""
        told: dict[str, PrivateView] = {}
        if done.notices or done.gone:
            new = {one for ids in done.notices.values() for one in ids}
            whose = done.notices.keys() | done.gone.keys()
            found = await load_notices(look, whose, self._desk.clock(), new)
            for agent, gone in done.gone.items():
                found[agent]["gone"] = gone
            told = {agent: {"notices": notices} for agent, notices in found.items()}
        if done.moved:
            for agent, followed in (await count_followed(look, done.moved)).items():
                told.setdefault(agent, {})["followed"] = followed
        return told

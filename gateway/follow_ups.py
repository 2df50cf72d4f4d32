"""When a customer has left with answers unread: they follow by another way after a pause (`gateway.stream.follow_up`).

Who is there only browsers tell, to whichever process they are connected with, and all of them hear it. So every process
knows who has left when; the one that has the duty looks.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Protocol

from gateway.bus import Bus, Missed
from gateway.channels.base import ServesVisitors
from gateway.channels.registry import Channels
from gateway.errors import Unavailable
from gateway.store import Store
from gateway.stream.follow_up import Waiting, due_follow_ups, follow_up, put_off
from presence.leaving import Leavings

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between two looks at what is due."""
AGAIN = 60_000
"""ms after which one that failed by a fault of ours is looked at again."""


class Present(Protocol):
    """Who has a browser open, in whichever process."""

    def is_here(self, persons: Iterable[str]) -> bool: ...

    def follow(self, moved: Callable[[str, bool], None]) -> Callable[[], None]: ...


class FollowUps:
    """One per process; `run` is the duty. `clock` tells UTC ms; `unheard` is for how long (ms) a process that has just
    begun has not heard of everybody who is there."""

    def __init__(
        self, channels: Channels, present: Present, bus: Bus, clock: Callable[[], int], unheard: int
    ) -> None:
        chats: list[object] = list(channels)
        pauses = [
            one.follows_after() for one in chats if isinstance(one, ServesVisitors) and one.follows_by()
        ]
        self._channels = channels
        self._present = present
        self._clock = clock
        self._unheard = unheard
        self._known_from = clock() + unheard
        self._leavings = Leavings(max(pauses, default=0))
        present.follow(self._moved)
        bus.take_signals(Missed, self._missed)

    def _moved(self, person: str, here: bool) -> None:
        if here:
            self._leavings.comes(person)
        else:
            self._leavings.goes(person, self._clock())

    def _missed(self, missed: Missed) -> None:
        if missed.back:
            self._known_from = self._clock() + self._unheard

    async def run(self, store: Store) -> None:
        """The duty, until it is cancelled. Survives a database that is gone for a while."""
        while True:
            try:
                if self._clock() >= self._known_from:
                    await self.look(store)
            except Unavailable as why:
                log.warning("what was left unread waits: %s", why)
            await asyncio.sleep(LOOK_EVERY)

    async def look(self, store: Store) -> None:
        """Everything that is due now. Raises Unavailable."""
        for waiting in await store.read(lambda look: due_follow_ups(look, self._clock())):
            leg, wait = waiting.leg, self._wait(waiting)
            try:
                if wait:
                    await store.write(lambda tx, leg=leg, wait=wait: put_off(tx, leg, wait), aside=True)  # type: ignore[misc]
                else:
                    await store.write(lambda tx, leg=leg: follow_up(tx, leg, self._channels))  # type: ignore[misc]
            except Unavailable:
                raise
            except Exception:
                log.exception("what was left unread on %s could not follow", leg)
                await store.write(lambda tx, leg=leg: put_off(tx, leg, AGAIN), aside=True)  # type: ignore[misc]

    def _wait(self, waiting: Waiting) -> int:
        """ms until the next look: the pause once more while she is there, what is left of it once she has left."""
        chat: object = self._channels.get(waiting.account or "")
        if waiting.person is None or not isinstance(chat, ServesVisitors):
            return 0
        pause = chat.follows_after()
        if self._present.is_here([waiting.person]):
            return pause
        left = self._leavings.left_at(waiting.person)
        return 0 if left is None else max(0, min(pause, left + pause - self._clock()))

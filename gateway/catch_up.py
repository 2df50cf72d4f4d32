"""What a provider could not tell us: asked for at the start, after any gap, and every few minutes. A duty of one
process (`gateway.duties`).

Repeats are harmless: what is known already is a no-op. What is found is shown as arrived late, at its provider's time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from gateway.channels.base import CatchesUp, Channel
from gateway.channels.registry import Channels
from gateway.errors import ParleyError
from gateway.events import Fact, InboundMessage
from gateway.limits import Limits
from gateway.store import Store
from gateway.stream.caught_up import know_up_to, known_since
from gateway.stream.provided import take_caught_up

log = logging.getLogger(__name__)

FIRST_AGAIN = 60.0
"""Seconds from the first round to the second: what was on its way at the first is known then."""
EVERY = 300.0
"""Seconds between two rounds."""
BACK = 3_600_000
"""ms that every round looks back at the least: a call may have been lost without our knowing."""
UNDER_WAY = 30_000
"""ms in which a message may still come by itself."""


class Keeper(Channel, CatchesUp, Protocol):
    """An account whose provider keeps what it tells us."""


class CatchUp:
    """`run` for as long as the duty is held. `clock` says UTC ms; `under_way` is for how many ms a message may still
    come by itself."""

    def __init__(
        self,
        store: Store,
        channels: Channels,
        limits: Limits,
        clock: Callable[[], int],
        under_way: int = UNDER_WAY,
    ) -> None:
        self._store = store
        self._channels = channels
        self._limits = limits
        self._clock = clock
        self._under_way = under_way

    async def run(self) -> None:
        """Round after round. Survives a provider or a database that is gone for a while."""
        await self.look()
        await asyncio.sleep(FIRST_AGAIN)
        while True:
            await self.look()
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """One round: all accounts at once, each one's lines one after the other."""
        async with asyncio.TaskGroup() as group:
            for channel in self._channels:
                if isinstance(channel, CatchesUp):
                    group.create_task(self._account(channel))

    async def _account(self, channel: Keeper) -> None:
        for line in channel.lines():
            try:
                await self._line(channel, line)
            except ParleyError as why:
                log.warning("account %s cannot catch up on %s: %s", channel.account, line, why)
            except Exception:
                log.exception("account %s cannot catch up on %s", channel.account, line)

    async def _line(self, channel: Keeper, line: str) -> None:
        """What was stored before it breaks off is stored; the next round begins where this one did."""
        account, until = channel.account, self._clock() - self._under_way
        since = await self._store.read(lambda look: known_since(look, account, line, self._clock() - BACK))
        async for fact in channel.missed(line, since):
            if not _may_come_by_itself(fact, until):
                await take_caught_up(self._store, channel, fact, self._limits)
        await self._store.write(lambda tx: know_up_to(tx, account, line, until))


def _may_come_by_itself(fact: Fact, until: int) -> bool:
    return isinstance(fact, InboundMessage) and fact.at is not None and fact.at > until

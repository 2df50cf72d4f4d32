"""Accounts that go and get, or listen themselves (`Runs`): what the house gives them, and how they are kept running.

Who listens does so in every process that serves; who goes and gets does so in one process of the deployment, as a duty
(`gateway.duties`), and writes how far it has come only while the duty is its own.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import TypeGuard

from gateway.channels.base import Channel, Ours, ProviderRequest, Runs
from gateway.channels.registry import Channels
from gateway.errors import AuthFailed, NotFound, ParleyError, Unavailable
from gateway.events import AccountId
from gateway.limits import Limits
from gateway.media import MediaStore
from gateway.store import Store, Tx
from gateway.stream.intakes import born, cursors_of, know, tell_intake, tell_trouble
from gateway.stream.provided import Runner, ours_of, take_whole

log = logging.getLogger(__name__)

MANY = 100
"""That lie there, from which on it is told how it goes on; and between two times that it is told, at least."""
AGAIN = 10.0
"""Seconds after which an account that failed by a fault of ours is begun anew."""
OURS_KEPT = 1.0
"""Seconds for which it is remembered whose addresses are ours: whoever stands at our door may name as many recipients
as she likes. What is stored is read by what is true then (`gateway.stream.provided`)."""


class Progress:
    """How far a line has come with many that lay there: told at its beginning and its end, and now and then between."""

    def __init__(self) -> None:
        self._told: dict[str, int] = {}
        """By line, how many still lay there when it was last told."""

    def is_news(self, line: str, waiting: int) -> bool:
        told = self._told.get(line)
        if told is None:
            news = waiting >= MANY
        else:
            news = waiting == 0 or waiting > told or told - waiting >= max(MANY, told // 10)
        if waiting == 0:
            self._told.pop(line, None)
        elif news:
            self._told[line] = waiting
        return news


class Office:
    """What one account is given (`base.House`)."""

    def __init__(self, of: Receiving, store: Store, account: AccountId) -> None:
        self._of = of
        self._store = store
        self._account = account
        self._progress = Progress()

    async def ours(self) -> Ours:
        return await self._of.ours()

    async def deliver(self, call: ProviderRequest, account: AccountId | None = None) -> None:
        of = self._of
        channel = of.channels.get(account or self._account)
        if not runs(channel):
            raise NotFound("errors.account_unknown", f"no account {account or self._account} takes this")
        await take_whole(self._store, of.channels, of.media, channel, call, of.limits)

    async def cursors(self) -> Mapping[str, str]:
        return await self._store.read(lambda look: cursors_of(look, self._account))

    async def know(self, line: str, cursor: str, *, waiting: int = 0) -> None:
        news = self._progress.is_news(line, waiting)
        if news:
            log.info("account %s, %s: %s still lie there", self._account, line, f"{waiting:,}")

        async def verb(tx: Tx) -> None:
            await know(tx, self._account, line, cursor, waiting)
            if news:
                tell_intake(tx, self._account)

        await self._store.write(verb, aside=True)

    async def told(self, trouble: ParleyError | None) -> None:
        problem = None if trouble is None else "auth_failed" if isinstance(trouble, AuthFailed) else "away"
        if trouble is not None:
            log.warning("account %s gets nothing: %s", self._account, trouble)
        detail = "" if trouble is None else str(trouble)
        await self._store.write(lambda tx: tell_trouble(tx, self._account, problem, detail), aside=True)

    async def since(self) -> int:
        return await self._store.read(lambda look: born(look, self._account))


class Receiving:
    """One process's part."""

    def __init__(
        self,
        store: Store,
        channels: Channels,
        media: MediaStore,
        limits: Limits,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.channels = channels
        self.media = media
        self.limits = limits
        self._store = store
        self._clock = clock
        self._asking = asyncio.Lock()
        self._ours: tuple[float, Ours] | None = None
        """With when it was asked for."""

    async def ours(self) -> Ours:
        """As it is, or was OURS_KEPT ago. Raises Unavailable."""
        async with self._asking:
            now = self._clock()
            if self._ours is None or now - self._ours[0] >= OURS_KEPT:
                self._ours = now, await ours_of(self._store, self.channels)
            return self._ours[1]

    async def listen(self) -> None:
        """Every account that listens does so, until it is closed; one that cannot stops no other."""
        for channel in self.channels:
            if not runs(channel):
                continue
            try:
                await channel.listen(Office(self, self._store, channel.account))
            except ParleyError as why:
                log.error("account %s cannot listen: %s", channel.account, why)

    async def run(self, store: Store) -> None:
        """The duty: all accounts at once, until it is cancelled. Survives a provider or a database that is gone for a
        while."""
        async with asyncio.TaskGroup() as group:
            for channel in self.channels:
                if runs(channel):
                    group.create_task(self._keep(channel, store), name=f"receiving {channel.account}")
            await asyncio.Event().wait()

    async def _keep(self, channel: Runner, store: Store) -> None:
        while True:
            try:
                await channel.run(Office(self, store, channel.account))
                return
            except Unavailable as why:
                log.warning("account %s waits: %s", channel.account, why)
            except Exception:
                log.exception("account %s stopped receiving", channel.account)
            await asyncio.sleep(AGAIN)


def runs(channel: Channel | None) -> TypeGuard[Runner]:
    return channel is not None and isinstance(channel, Runs)

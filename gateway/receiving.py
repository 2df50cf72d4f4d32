"""Accounts that go and get, or listen themselves (`Runs`): what the house gives them, and how they are kept running.

Who listens does so in every process that serves; who goes and gets does so in one process of the deployment, as a duty
(`gateway.duties`), and writes how far it has come only while the duty is its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeGuard

from gateway.channels.base import Channel, Ours, ProviderRequest, Runs
from gateway.channels.registry import Channels
from gateway.channels.roads import HasRoads, Way
from gateway.errors import AuthFailed, NotFound, ParleyError, TemporaryError, Unavailable
from gateway.events import AccountId
from gateway.limits import Limits
from gateway.media import MediaStore
from gateway.store import Store, Tx
from gateway.stream.intakes import born, cursors_of, know, tell_intake
from gateway.stream.provided import Runner, ours_of, take_whole
from gateway.stream.roads import keep_roads, tell_trouble, tell_well

log = logging.getLogger(__name__)

MANY = 100
"""That lie there, from which on it is told how it goes on; and between two times that it is told, at least."""
AGAIN = 10.0
"""Seconds after which an account that failed by a fault of ours is begun anew."""
LISTEN_AGAIN = 15.0
"""Seconds between two tries to listen where that was not possible."""
WELL_AGAIN, CARRIED_AGAIN = 240.0, 10.0
"""Seconds after which it is written again that a way works, or that something went out there."""
OTHERS_LISTEN = int(WELL_AGAIN + 2 * LISTEN_AGAIN) * 1000
"""ms for which another process's word that it listens at a door counts for more than ours that we do not: mail comes
in, and each of us would else take the other's word back."""
WAYS: Mapping[Way, str] = {"in": "fetches from", "door": "listens at", "out": "sends by"}
LACKS: Mapping[Way, str] = {"in": "nothing is fetched", "door": "it cannot listen", "out": "nothing goes out"}
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


@dataclass(slots=True)
class _Road:
    """What this process saw of one way last. Times are the clock's."""

    trouble: str = ""
    """As it was logged; empty: none."""
    well_at: float | None = None
    carried_at: float | None = None
    slips: int = 0
    """How often in a row it failed."""


class Health:
    """What this process has seen of the ways of all accounts: each change is logged once, and what is known is not
    written again and again."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._roads: dict[tuple[str, Way], _Road] = defaultdict(_Road)

    def failed(self, account: str, way: Way, problem: str, trouble: ParleyError) -> bool:
        """It failed: is that to be told? Lines that worked are cut now and then: who gets through at the next try was
        not away."""
        road = self._roads[account, way]
        road.slips += 1
        if road.well_at is not None and road.slips == 1 and problem == "away":
            return False
        words = f"{problem} {getattr(trouble, 'why', '')}"
        if road.trouble != words:
            road.trouble = words
            log.warning("account %s, %s: %s", account, LACKS[way], trouble)
        road.well_at = None
        return True

    def is_news(self, account: str, way: Way, *, carried: bool) -> bool:
        """It works: is that to be told?"""
        road, now = self._roads[account, way], self._clock()
        road.slips = 0
        last, pause = (road.carried_at, CARRIED_AGAIN) if carried else (road.well_at, WELL_AGAIN)
        return road.well_at is None or last is None or now - last >= pause

    def works(self, account: str, way: Way, *, carried: bool) -> None:
        """That was told."""
        road = self._roads[account, way]
        if road.trouble:
            log.info("account %s, %s: it works again", account, WAYS[way])
        road.trouble, road.well_at = "", self._clock()
        if carried:
            road.carried_at = road.well_at


def _problem(trouble: ParleyError, way: Way) -> str:
    return "deaf" if way == "door" else "auth_failed" if isinstance(trouble, AuthFailed) else "away"


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

    async def told(self, trouble: ParleyError | None, way: Way = "in", *, carried: bool = False) -> None:
        account, health = self._account, self._of.health
        if trouble is not None:
            problem = _problem(trouble, way)
            if health.failed(account, way, problem, trouble):
                why, detail = getattr(trouble, "why", "other"), str(trouble)
                others = 0 if way != "door" or self._of.alone else OTHERS_LISTEN
                await self._store.write(
                    lambda tx: tell_trouble(tx, account, way, problem, why, detail, others=others), aside=True
                )
        elif health.is_news(account, way, carried=carried):
            await self._store.write(lambda tx: tell_well(tx, account, way, carried=carried), aside=True)
            health.works(account, way, carried=carried)

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
        *,
        alone: bool = True,
    ) -> None:
        """`alone`: no other process serves this deployment."""
        self.alone = alone
        self.channels = channels
        self.media = media
        self.limits = limits
        self._store = store
        self._clock = clock
        self.health = Health(clock)
        self._deaf: set[AccountId] = set()
        """Accounts that could not listen yet."""
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
        """Every account that listens does so, until it is closed; one that cannot stops no other. What each does, and
        what is doubtful about it, is told."""
        for channel in self.channels:
            if isinstance(channel, HasRoads):
                _say(channel.account, channel)
                ways, account = [road.way for road in channel.roads()], channel.account
                with contextlib.suppress(Unavailable):
                    await self._store.write(lambda tx: keep_roads(tx, account, ways), aside=True)  # noqa: B023
            if runs(channel):
                await self._listen(channel)

    async def keep_listening(self) -> None:
        """Those that could not listen try again: the address may have come free. Of the others it is said now and then
        that they do. For the life of the process."""
        while True:
            await asyncio.sleep(LISTEN_AGAIN)
            for channel in self.channels:
                if runs(channel) and (channel.account in self._deaf or _has_door(channel)):
                    await self._listen(channel)

    async def _listen(self, channel: Runner) -> None:
        office, account = Office(self, self._store, channel.account), channel.account
        try:
            with contextlib.suppress(Unavailable):
                try:
                    await channel.listen(office)
                except TemporaryError as why:
                    self._deaf.add(account)
                    await office.told(why, "door")
                else:
                    self._deaf.discard(account)
                    if _has_door(channel):
                        await office.told(None, "door")
        except ParleyError as why:
            if account not in self._deaf:
                log.error("account %s cannot listen: %s", account, why)
            self._deaf.add(account)
        except Exception as why:  # a fault of ours stops no other account
            if account not in self._deaf:
                log.exception("account %s cannot listen, by a fault of ours", account)
            self._deaf.add(account)
            with contextlib.suppress(Unavailable):
                await office.told(TemporaryError(f"door: {type(why).__name__}"), "door")

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


def _has_door(channel: object) -> bool:
    return isinstance(channel, HasRoads) and any(road.way == "door" for road in channel.roads())


def _say(account: str, channel: HasRoads) -> None:
    """A line of what it does, and one for each doubt: no secret is among them."""
    told = [
        f"{WAYS[road.way]} {road.at}{' (' + ', '.join(road.folders) + ')' if road.folders else ''}"
        for road in channel.roads()
    ]
    log.info("account %s: %s", account, "; ".join(told))
    for look in channel.cautions():
        log.warning("account %s: %s; %s", account, look.words, look.mend)


def runs(channel: Channel | None) -> TypeGuard[Runner]:
    return channel is not None and isinstance(channel, Runs)

"""Work that is done once in the deployment, by whichever process holds its lease; when that one dies another goes on
within seconds, when it ends cleanly at once.

What a duty writes goes through a store that refuses it as soon as somebody else holds the duty: a process that was
stalled, and wakes, changes nothing. Sends to people are no duty: each is leased by itself (`gateway.outbox`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import socket
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from gateway import metrics
from gateway.errors import Unavailable, UnknownFact
from gateway.store import Store, Tx
from gateway.store.base import Look, Verb
from gateway.stream import leases
from gateway.stream.leases import Lease, Superseded

T = TypeVar("T")
log = logging.getLogger(__name__)

LASTS = 5_000
"""ms that a lease lasts: so long after its holder's last word a duty may rest. Must exceed RENEW several times."""
RENEW = 1.5
"""Seconds between two words of a holder that it is there."""
LOOK = 1.0
"""Seconds between two looks at whether somebody else's duty has come free."""

WAY_OUT = 3.0
"""Seconds that the works of a duty have to end in, before they are told once more."""
LEFT = 60.0
"""Seconds for which a duty that met a newer version's fact is left to others."""

Work = Callable[[Store], Coroutine[Any, Any, None]]
"""Something that runs for as long as the duty is held, and writes by the store that it is given."""


class Fenced(Store):
    """The store as one holder of a duty sees it: what it writes is written while the duty is its own, or not at all."""

    def __init__(
        self, store: Store, lease: Lease, lost: Callable[[], None], met: Callable[[], None] = lambda: None
    ) -> None:
        """`lost`: called when the duty is another's; `met`: when the log has what only a newer version can read."""
        self._store = store
        self._lease = lease
        self._lost = lost
        self._met = met

    def __getattr__(self, name: str) -> Any:
        """What is not about writing, it has of the process's own store."""
        return getattr(self._store, name)

    async def write(self, verb: Verb[T], *, aside: bool = False, first: bool = False) -> T:
        """As the store's. Raises Superseded, too: then nothing was written, and the work is about to be cancelled."""

        async def fenced(tx: Tx) -> T:
            await leases.check_held(tx, self._lease)
            return await verb(tx)

        with self._left_to_newer():
            try:
                return await self._store.write(fenced, aside=aside, first=first)
            except Superseded:
                self._lost()
                raise

    async def read(self, look: Look[T]) -> T:
        with self._left_to_newer():
            return await self._store.read(look)

    async def scan(self, look: Look[T]) -> T:
        with self._left_to_newer():
            return await self._store.scan(look)

    async def glance(self, look: Look[T]) -> T:
        with self._left_to_newer():
            return await self._store.glance(look)

    async def follow(self, look: Look[T], *, long: bool = False) -> T:
        with self._left_to_newer():
            return await self._store.follow(look, long=long)

    @contextlib.contextmanager
    def _left_to_newer(self) -> Iterator[None]:
        try:
            yield
        except UnknownFact:
            self._met()
            raise

    async def purge(self) -> None:
        await self._store.purge()

    async def close(self) -> None:
        """It is the process's, which closes it."""

    def _enqueue(self, verb: Verb[Any], future: asyncio.Future[Any]) -> None:
        raise AssertionError("what is fenced is written by the process's own store")

    @property
    def postgres(self) -> bool:
        return self._store.postgres


@dataclass(slots=True)
class _Tenure:
    """One duty while this process holds it."""

    lease: Lease
    until: float | None
    """The loop's time at which it is over unless it is renewed; None: nobody else can take it."""
    works: Sequence[Work]
    task: asyncio.Task[None] | None = None
    parts: Sequence[asyncio.Task[None]] = ()
    scope: asyncio.Timeout | None = None
    pressed: float | None = None
    """The loop's time at which those who go on after its end were last told of it."""
    over: bool = False
    left: bool = False
    """To processes of a newer version."""

    async def run(self, store: Store) -> None:
        fenced = Fenced(store, self.lease, self.end, self.leave)
        try:
            async with asyncio.timeout_at(self.until) as self.scope, asyncio.TaskGroup() as group:
                self.parts = [
                    group.create_task(work(fenced), name=f"{self.lease.name}: {work}") for work in self.works
                ]
        except TimeoutError:
            log.warning("the duty %s is given up: its lease was not renewed in time", self.lease.name)

    @property
    def ends(self) -> bool:
        """Nothing of it is wanted any more, though some of it may go on for a moment."""
        return self.over or (self.scope is not None and self.scope.expired())

    def press(self) -> None:
        """Whoever was told to end and goes on is told again: an error on its way out can hide that from it, and as long
        as one of the works runs the others are done by nobody."""
        if not self.ends:
            return
        now = asyncio.get_running_loop().time()
        if self.pressed is not None:
            if now - self.pressed < WAY_OUT:
                return
            for part in self.parts:
                part.cancel()
        self.pressed = now

    def last(self, until: float) -> None:
        self.until = until
        if self.scope is not None and not self.ends:
            self.scope.reschedule(until)

    def end(self) -> None:
        if not self.over and self.task is not None:
            self.over = True
            log.warning("the duty %s is another process's now", self.lease.name)
            self.task.cancel()

    def leave(self) -> None:
        if not self.over and self.task is not None:
            self.over = self.left = True
            log.error("the duty %s is left to a process of a newer version", self.lease.name)
            self.task.cancel()


class Duties:
    """One process's part; `run` for the life of the process. `alone`: no other process can serve this database, so what
    was held before is taken over at once, and nothing needs to be renewed."""

    def __init__(
        self, store: Store, duties: dict[str, Sequence[Work]], *, alone: bool, lasts: int = LASTS
    ) -> None:
        self._store = store
        self._duties = duties
        self._alone = alone
        self._lasts = lasts
        self._renew = RENEW * lasts / LASTS
        self._look = LOOK * lasts / LASTS
        self._held: dict[str, _Tenure] = {}
        self._said: dict[str, tuple[int, float]] = {}
        """Of those that others hold: until when, as they last said, and when we saw that first (the loop's time)."""
        self._left: dict[str, float] = {}
        """Those that met what only a newer version can read: until when others shall have them (the loop's time)."""
        self._to_return: list[Lease] = []
        self.holder = f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}"

    @property
    def held(self) -> set[str]:
        """The names of those that this process does."""
        return set(self._held)

    async def run(self) -> None:
        """Survives a database that is gone for a while; what a duty fails with is raised. Ends when the process has
        become too old: others go on at once."""
        waits = False
        try:
            while not self._store.unknown:
                try:
                    await self._return_left()
                    await self._renew_held()
                    await self._take_free()
                except (Unavailable, TimeoutError) as why:
                    if not waits:
                        log.warning("the duties wait until the database takes words: %r", why)
                    waits = True
                else:
                    waits = False
                await self._rest()
        finally:
            await self._give_up()

    async def _rest(self) -> None:
        """Until there is something to do again, or one of the duties has ended."""
        self._show()
        running = [one.task for one in self._held.values() if one.task is not None]
        wait: float | None = min(self._renew, self._look)
        if not running:
            await asyncio.sleep(self._look)
            return
        if (
            self._alone
            and len(running) == len(self._duties)
            and not any(one.ends for one in self._held.values())
        ):
            wait = None
        for one in self._held.values():
            one.press()
        done, _ = await asyncio.wait(running, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            (one,) = [one for one in self._held.values() if one.task is task]
            del self._held[one.lease.name]
            if one.left:
                self._left[one.lease.name] = asyncio.get_running_loop().time() + LEFT
                self._to_return.append(one.lease)
            if not task.cancelled() and not (task.exception() and one.left):
                task.result()

    def _show(self) -> None:
        for name in self._duties:
            metrics.duty(name, held=name in self._held)

    async def _return_left(self) -> None:
        if mine := self._to_return:
            await self._store.write(lambda tx: leases.give_up(tx, mine), aside=True)
            self._to_return = []

    async def _renew_held(self) -> None:
        mine = {one.lease: one for one in self._held.values() if not one.ends}
        if self._alone or not mine:
            return
        began = asyncio.get_running_loop().time()
        async with asyncio.timeout(self._lasts / 1000):
            kept = await self._store.write(lambda tx: leases.keep(tx, mine, self._lasts), first=True)
        for lease, one in mine.items():
            if lease in kept:
                one.last(began + self._lasts / 1000)
            else:
                one.end()

    async def _take_free(self) -> None:
        now = asyncio.get_running_loop().time()
        names = [name for name in self._duties if name not in self._held and self._left.get(name, now) <= now]
        if names and not self._alone:
            names = self._come_free(names, await self._store.read(leases.load_until))
        if not names:
            return
        began = asyncio.get_running_loop().time()
        taken = await self._store.write(lambda tx: self._taken(tx, names), aside=True)
        for lease in taken:
            log.info("the duty %s is done here (%d)", lease.name, lease.fence)
            until = None if self._alone else began + self._lasts / 1000
            one = self._held[lease.name] = _Tenure(lease, until, self._duties[lease.name])
            one.task = asyncio.create_task(one.run(self._store), name=f"duty {lease.name}")

    def _come_free(self, names: Sequence[str], until: Mapping[str, int]) -> list[str]:
        """Those that nobody holds, was given up, or whose holder has said nothing for as long as a lease: by our own
        time, because a look does not tell the database's, which has the last word."""
        now = asyncio.get_running_loop().time()
        free = []
        for name in names:
            said = until.get(name, 0)
            if name not in self._said or self._said[name][0] != said:
                self._said[name] = said, now
            if not said or now - self._said[name][1] >= self._lasts / 1000:
                free.append(name)
        return free

    async def _taken(self, tx: Tx, names: Sequence[str]) -> list[Lease]:
        if self._alone:
            return [await leases.seize(tx, name, self.holder, self._lasts) for name in names]
        found = [await leases.take(tx, name, self.holder, self._lasts) for name in names]
        return [lease for lease in found if lease is not None]

    async def _give_up(self) -> None:
        """Whoever comes next need not wait."""
        held = list(self._held.values())
        tasks = [one.task for one in held if one.task is not None]
        for task in tasks:
            task.cancel()
        for one in held:
            one.over = True
            one.press()
        while tasks and (await asyncio.wait(tasks, timeout=WAY_OUT))[1]:
            for one in held:
                one.press()
        mine = [one.lease for one in held]
        self._held = {}
        self._show()
        with contextlib.suppress(Unavailable):
            await self._store.write(lambda tx: leases.give_up(tx, mine), aside=True)

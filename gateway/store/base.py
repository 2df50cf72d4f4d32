"""What both databases share: the queue in front of the writer, and the in-order way to the publisher."""

from __future__ import annotations

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from gateway import metrics, trace
from gateway.errors import Moving, Unavailable, UnknownFact
from gateway.events import Event
from gateway.seals import Seals
from gateway.store.log import Cursor, events_after
from gateway.store.sealed import forget as give_up
from gateway.store.sealed import seal_all
from gateway.store.tx import Reader, Tx

T = TypeVar("T")
Verb = Callable[[Tx], Coroutine[Any, Any, T]]
Look = Callable[[Reader], Coroutine[Any, Any, T]]
Publish = Callable[[Sequence[Event]], None]


@dataclass(frozen=True, slots=True)
class Aside:
    """A verb whose place among the others says nothing."""

    verb: Verb[Any]

    def __call__(self, tx: Tx) -> Coroutine[Any, Any, Any]:
        return self.verb(tx)


class First(Aside):
    """One that whoever waits lets go ahead."""


class Together(Protocol):
    """How verbs of one kind are written as a set, by statements that hold all their rows (PostgreSQL only).

    Called as `together(tx, verbs)`; a verb offers it as its attribute `together` (None: not this one). Returns for each
    verb what it would have returned, the exception it would have raised, or None: it is left over, to be run by itself
    afterwards. It waits for nobody's lock. When it raises, nothing of it is kept and all are left over.
    """

    async def __call__(self, tx: Any, verbs: Sequence[Any]) -> Sequence[Any]: ...


log = logging.getLogger(__name__)

BATCH = 512
"""Units in one commit at the most."""
WAITING = 2000
"""Units waiting for the writer before the door answers 503."""
OLDEST = 2.0
"""Seconds the oldest unit may have waited before the door answers 503."""
REOPENS = 10.0
"""Seconds for which a database that is being moved is waited for at the start."""
HEAL = 1000
"""Events read at a time when a gap is filled from the database."""
EARLY = 1000
"""Batches of other processes that may wait for what comes before them; what comes above that is read from the log."""


class Store(ABC):
    """The database: verbs are written through `write`, looks are taken by `read` (small, by key) and `scan`."""

    epoch: str
    secret: bytes
    """The deployment's own key, made with the database: signs links and visitors' tokens."""

    def __init__(self, seals: Seals) -> None:
        self.seals = seals
        self._publish: Publish = lambda events: None
        self._carry: Publish = lambda events: None
        self.patience = 0.0
        """Seconds to wait for what other processes tell before a gap is read from the database."""
        self._published = 0
        self._batches: dict[int, Sequence[Event]] = {}
        self._healing: asyncio.Task[None] | None = None
        self._heal_again = False
        """More was committed than the reading that is under way may have seen."""
        self._entered: deque[float] = deque()
        self._asked: dict[asyncio.Future[Any], str] = {}
        self._committed_at: dict[int, float] = {}
        self.wrote_at = time.monotonic()
        """When something was last written, or the database was opened."""
        self.refused = ""
        """Why the newest batch could not be written; "": it was."""
        self.unknown = ""
        """Why the log is not told any further here, and never will be; "": it is."""
        self._tell_unknown: Callable[[], object] = lambda: None
        self.requests = trace.Requests()
        """By which request the messages came that this process has written."""
        self._closing = False
        self._blind = False
        """The last look at the log's head failed, and the log says so."""

    # --- writing ----------------------------------------------------------------------------------------------------

    async def write(self, verb: Verb[T], *, aside: bool = False, first: bool = False) -> T:
        """Run a verb in the next batch; returns after the commit. `aside`: it may be written before what waits ahead
        of it, because it says nothing of a conversation's course (a watermark, an upload, a claim). `first`: it is,
        and is let in however much waits: a lease that is renewed too late is lost, and the work that waits with it.

        Raises what the verb raised (its unit alone is undone), or `Unavailable` when the database is gone or the
        writer is too far behind. A caller that is cancelled does not undo its unit.
        """
        self._admit(first)
        if self._closing:
            raise Unavailable("the database is closing")
        if aside or first:
            verb = First(verb) if first else Aside(verb)
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._entered.append(time.monotonic())
        request = trace.current.get()
        if not request:
            self._enqueue(verb, future)
            return await future
        self._asked[future] = request
        try:
            self._enqueue(verb, future)
            with trace.span("commit"):
                result = await future
        finally:
            del self._asked[future]
        _say_committed(result)
        return result

    @property
    def waiting(self) -> int:
        """Units that wait for the writer, or are being written."""
        return len(self._entered)

    @property
    def oldest(self) -> float:
        """Seconds that the oldest of them has waited."""
        return time.monotonic() - self._entered[0] if self._entered else 0.0

    def _admit(self, first: bool) -> None:
        if self.behind and not first:
            raise Unavailable(f"{len(self._entered)} units wait for the database")

    @abstractmethod
    def _enqueue(self, verb: Verb[Any], future: asyncio.Future[Any]) -> None: ...

    def _settle(
        self,
        outcomes: Sequence[tuple[asyncio.Future[Any], Any, BaseException | None]],
        events: Sequence[Event],
        committed: float | None = None,
    ) -> None:
        """On the loop, once a batch: tell the publisher first, then the callers. `committed`: when (`perf_counter`),
        None: just now."""
        self._note_trouble([error for _, _, error in outcomes])
        if any(error is None for _, _, error in outcomes):
            metrics.observe(metrics.Stage.QUEUED_COMMITTED, self.oldest)
        for _ in outcomes:
            self._entered.popleft()
        for future, result, _ in outcomes if self._asked else ():
            if isinstance(result, Event) and (request := self._asked.get(future)):
                self.requests.remember(result, request)
        if events and not self.unknown:
            self._committed_at[events[-1].position] = time.perf_counter() if committed is None else committed
        if events:
            self._committed(events)
        for future, result, error in outcomes:
            if future.cancelled():
                continue
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)

    def _note_trouble(self, errors: Sequence[BaseException | None]) -> None:
        away = [
            each for each in errors if isinstance(each, Unavailable) and not isinstance(each, UnknownFact)
        ]
        if errors and len(away) == len(errors):
            self.refused = str(away[0])
        elif errors:
            self.refused, self.wrote_at = "", time.monotonic()

    @property
    def behind(self) -> bool:
        """So far that `write` sends callers away."""
        return len(self._entered) >= WAITING or self.oldest > OLDEST

    async def _open_secrets(self, *, forget: bool) -> None:
        """The last step of opening: from here on no secret stands open in the database. Closes on failure."""
        try:
            if forget:
                for what in await self.write(give_up):
                    log.warning("its key is lost, it is given up: %s", what)
            self.secret = await self._sealed()
        except BaseException:
            await self.close()
            raise

    async def _sealed(self) -> bytes:
        """Where whoever moves the database has just died, it is closed for some seconds more."""
        until = time.monotonic() + REOPENS
        while True:
            try:
                return await self.write(seal_all)
            except Moving:
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(0.1)

    # --- reading ----------------------------------------------------------------------------------------------------

    @abstractmethod
    async def read(self, look: Look[T]) -> T:
        """A small look by key, consistent in itself. On SQLite it runs inline on the loop."""

    @abstractmethod
    async def scan(self, look: Look[T]) -> T:
        """A look that may take long (lists, search): on SQLite in a thread."""

    async def glance(self, look: Look[T]) -> T:
        """A look of one statement, which is consistent in itself; it knows no `position`. On PostgreSQL it costs a
        quarter of `read`, for there is no transaction around it."""
        return await self.read(look)

    async def head(self) -> int:
        """The position of the last fact in the log, told here or not yet."""
        return await self.read(_head_of)

    async def follow(self, look: Look[T], *, long: bool = False) -> T:
        """A look for those who are told what happens: it stands in no queue behind lists, searches and other people's
        small looks. `long`: a part of the log; else a few rows by key, without `position`."""
        return await (self.scan if long else self.read)(look)

    @abstractmethod
    async def purge(self) -> None:
        """After an erasure: what its transaction deleted leaves the database's files too. Takes its time, in steps
        between which others write. Raises Unavailable."""

    @abstractmethod
    async def close(self) -> None: ...

    @property
    @abstractmethod
    def postgres(self) -> bool: ...

    # --- the way to the publisher -----------------------------------------------------------------------------------

    @property
    def published(self) -> int:
        """The position up to which this process has told its publisher everything."""
        return self._published

    @property
    def cursor(self) -> Cursor:
        return Cursor(self.epoch, self._published)

    def publish_to(self, publish: Publish) -> None:
        """Every committed fact of the deployment goes there once, in position order, on the loop."""
        self._publish = publish

    def carry_to(self, carry: Publish) -> None:
        """Every batch that this process committed goes there once, in whatever order, on the loop: for the others."""
        self._carry = carry

    def hear(self, events: Sequence[Event]) -> None:
        """Consecutive facts that another process committed. They may come in any order, again, or not at all: what is
        missing is read from the database."""
        if self._closing or self.unknown or events[-1].position <= self._published:
            return
        if events[0].position > self._published + 1 and len(self._batches) >= EARLY:
            self.heal()
        else:
            self._arrange([event for event in events if event.position > self._published])

    def _committed(self, events: Sequence[Event]) -> None:
        self._carry(events)
        if events[0].position > self._published and not self.unknown:
            self._arrange(events)

    def _arrange(self, events: Sequence[Event]) -> None:
        self._batches[events[0].position] = events
        self._advance()
        if self._batches:
            self.heal(self.patience)

    def _advance(self) -> None:
        while events := self._batches.pop(self._published + 1, None):
            self._hand_on(events)

    def _hand_on(self, events: Sequence[Event]) -> None:
        self._published = events[-1].position
        self._tell_published(events)
        try:
            self._publish(events)
        except Exception:
            # The facts are safe in the log; a publisher's fault must not fail the writers.
            log.exception("publishing failed up to position %d", self._published)

    def _tell_published(self, events: Sequence[Event]) -> None:
        for position in [at for at in self._committed_at if at <= self._published]:
            took = time.perf_counter() - self._committed_at.pop(position)
            metrics.observe(metrics.Stage.COMMITTED_PUBLISHED, took)
        self.requests.tell("published", events)

    def heal(self, patience: float = 0.0) -> None:
        """Another process wrote in between, or a batch was lost on the way: read the gap from the database, unless it
        closes within `patience` seconds."""
        if self._healing_idle() and not self._closing and not self.unknown:
            self._healing = asyncio.get_running_loop().create_task(self._heal(patience), name="store.heal")

    async def _heal(self, patience: float) -> None:
        while patience and self._batches:
            before = self._published
            await asyncio.sleep(patience)
            if self._published == before:
                break
        if self._batches or not patience or self._heal_again:
            await self._fill_gap()

    async def _fill_gap(self) -> None:
        while True:
            early, self._heal_again = set(self._batches), False
            try:
                missing = await self.follow(lambda look: events_after(look, self._published, HEAL), long=True)
            except UnknownFact as why:
                self._tell_no_further(str(why))
                return
            except Unavailable as why:
                log.warning("the log cannot be read, trying again with the next look at its head: %s", why)
                return
            except Exception:
                log.exception("the log cannot be read past %d", self._published)
                return
            missing = [event for event in missing if event.position > self._published]
            if missing:
                self._hand_on(missing)
            # What was told of before that look and is not in the log was never committed.
            never = early if len(missing) < HEAL else set()
            self._batches = {
                at: batch for at, batch in self._batches.items() if at > self._published and at not in never
            }
            self._advance()
            if len(missing) < HEAL and not self._batches and not self._heal_again:
                return
            if not missing:
                await asyncio.sleep(0.01)

    def when_unknown(self, tell: Callable[[], object]) -> None:
        """Called once, as soon as the log is told no further here: this process has to be replaced by a newer one."""
        self._tell_unknown = tell
        if self.unknown:
            tell()

    def _tell_no_further(self, why: str) -> None:
        """What others and we go on committing is not gathered any more: it will never be told here."""
        log.error("%s", why)
        self.unknown = why
        self._batches.clear()
        self._committed_at.clear()
        self._tell_unknown()

    async def watch_head(self, every: float = 1.0) -> None:
        """Runs for the life of the process: a quiet gap heals within `every` seconds."""
        while True:
            await asyncio.sleep(every)
            await self.look_at_head()

    async def look_at_head(self) -> None:
        try:
            head = await self._head()
        except Unavailable as why:
            if not self._blind:
                log.warning("the head of the log cannot be read, it is asked for again and again: %s", why)
            self._blind = True
            return
        if self._blind:
            self._blind = False
            log.info("the head of the log is read again")
        if head > self._published:
            self._heal_again = not self._healing_idle()
            self.heal()

    async def _head(self) -> int:
        return await self.head()

    def _healing_idle(self) -> bool:
        return self._healing is None or self._healing.done()

    async def _stop_healing(self) -> None:
        if self._healing is not None:
            self._healing.cancel()
            await asyncio.gather(self._healing, return_exceptions=True)


def _say_committed(result: object) -> None:
    if isinstance(result, Event):
        trace.step("committed", position=result.position, message=result.message)
    else:
        trace.step("committed")


async def _head_of(look: Reader) -> int:
    return look.position

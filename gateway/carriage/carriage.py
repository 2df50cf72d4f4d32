"""Between the processes of one deployment: what one commits and what its sessions say reaches the others by Redis.

Redis may lose anything, start empty, or be away: facts stand in the database, whose head every process looks at each
second; signals expire by themselves. Nobody waits for Redis: what is to be carried stands in memory, bounded, and is
dropped while there is nobody to carry it.

    PREFIX:log       a stream: a batch of facts an entry, of the last minutes
    PREFIX:signals   a channel: signals, and that a process lives
    PREFIX:rate:*    buckets (`gateway.carriage.counts`)
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import random
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from redis.exceptions import RedisError

from gateway import metrics, redis_url
from gateway.bus import Bus, Missed, Signal
from gateway.carriage.counts import SCRIPT, Counts
from gateway.carriage.outgoing import Outgoing
from gateway.carriage.people import Others, Standing
from gateway.carriage.wire import Said, Unreadable, Wire, parts
from gateway.events import Event, new_id
from gateway.rates import News
from gateway.store import Store

if TYPE_CHECKING:
    from redis.asyncio import Redis

log = logging.getLogger(__name__)

PATIENCE = 3.0
"""Seconds for any answer of Redis; after that it is away."""
PULSE = 1.0
"""Seconds between two signs of life of a process."""
LEASE = 15.0
"""Seconds of silence after which a process counts as dead, its people as gone; must exceed PULSE by far."""
SILENCE = 5.0
"""Seconds in which not even our own sign of life came back: the connection is dead; must exceed PULSE."""
GRACE = 300.0
"""Seconds that Redis may be away until the people of other processes count as gone."""
MISSED = 5.0
"""Seconds between two looks at what is stored of what others say, while Redis is away."""
GAP = 0.02
"""Seconds to wait for another process's batch before it is read from the database."""
AGAIN = (0.1, 5.0)
"""Seconds before the first and between later tries to reach Redis again."""
ENTRIES = 10_000
"""Batches in the stream at most, about."""
KEPT = 600.0
"""Seconds that a batch stays in the stream at most."""
FORGOTTEN = 3600
"""Seconds after its last process's end when a deployment's stream is gone."""
SOON = 0.05
"""Seconds in which several who ask for what stands are gathered: they get one answer."""
SETTLED = 10.0
"""Seconds that a connection must have lasted until the next failure counts as a first one."""
FAREWELL = 0.5
"""Seconds for what is still to be said when the process ends."""
AWAY = (RedisError, OSError, TimeoutError)
"""What is raised when Redis is away, full, not ours, or no master any more."""


class Carriage:
    """One process's part. Open it before sessions come, `run` it as long as the process lives."""

    def __init__(
        self, url: str, store: Store, bus: Bus, *, ping: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`ping`: seconds between two renewals of an agent's presence (`presence_ping`)."""
        self._url = url
        self._store = store
        self._bus = bus
        self._ping = ping
        self._clock = clock
        self.process = new_id()
        prefix = f"parley:{store.epoch}"
        self._log, self._channel = f"{prefix}:log", f"{prefix}:signals"
        self._facts, self._words = Wire(store.secret, self._log), Wire(store.secret, self._channel)
        self.counts = Counts(prefix, store.secret)
        self._own, self._others = Standing(), Others(LEASE)
        self._wake = asyncio.Event()
        self._out = Outgoing(self._wake)
        self._up = asyncio.Event()
        self._was_up = False
        self._began = self._renewed = self._looked = self._asked = float("-inf")
        self._ending = asyncio.Event()
        self._saying: asyncio.TimerHandle | None = None
        self._away_since: float | None = None
        self._news = News(period=60.0)
        store.carry_to(self._carry_events)
        bus.carry_to(self._carry)

    @property
    def connected(self) -> bool:
        """Are the others reached now?"""
        return self._up.is_set()

    async def connects(self) -> None:
        """Returns once they are."""
        await self._up.wait()

    # --- what is to be carried --------------------------------------------------------------------------------------

    def _carry_events(self, events: Sequence[Event]) -> None:
        if self.connected:
            self._out.add_events(events)

    def _carry(self, signal: Signal) -> None:
        self._own.note(signal)
        if self.connected:
            self._out.add_signal(signal)

    # --- the connection ---------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Runs for the life of the process: connects, carries, and tries again when Redis was away."""
        beside = asyncio.create_task(self._while_away(), name="carriage.away")
        wait = AGAIN[0]
        try:
            while True:
                work = asyncio.create_task(self._until_away(), name="carriage.work")
                try:
                    await asyncio.wait({work})
                except asyncio.CancelledError:
                    self._ending.set()
                    work.cancel()
                    await asyncio.wait({work})
                    raise
                why = work.result()
                wait = AGAIN[0] if self._lasted() else min(wait * 2, AGAIN[1])
                self._lost(why)
                await asyncio.sleep(wait * random.uniform(0.5, 1.0))
        finally:
            self._down()
            await _end([beside])

    async def _until_away(self) -> Exception:
        """Returns why Redis is not there (any more)."""
        try:
            async with redis_url.client(self._url, patience=PATIENCE) as redis:
                await self._carry_by(redis)
        except AWAY as why:
            return why
        except Exception as why:
            log.exception("what other processes are told failed; it begins anew")
            return why
        raise AssertionError("it carries until it cannot")

    def _lasted(self) -> bool:
        return self.connected and self._clock() - self._began >= SETTLED

    async def _carry_by(self, redis: Redis) -> None:
        script = await redis.script_load(SCRIPT)
        async with self._listening(redis) as signals:
            newest: Any = await redis.xrevrange(self._log, count=1)
            if self._ending.is_set():
                raise asyncio.CancelledError  # the library may have lost it
            self._begin()
            parts: list[Coroutine[Any, Any, None]] = [
                self._write(redis, script),
                self._read_events(redis, newest[0][0] if newest else b"0-0"),
                self._read_signals(signals),
                self._pulse(redis),
                # What was written before we listened nobody tells us.
                self._store.look_at_head(),
            ]
            tasks = [asyncio.create_task(part, name="carriage.part") for part in parts]
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
                for task in done:
                    task.result()
            finally:
                await _end(tasks)
                if self._ending.is_set():
                    await self._say_farewell(redis)

    @contextlib.asynccontextmanager
    async def _listening(self, redis: Redis) -> AsyncIterator[Any]:
        signals = redis.pubsub()
        try:
            await signals.subscribe(self._channel)
            yield signals
        finally:
            with contextlib.suppress(*AWAY):
                await signals.aclose()  # type: ignore[no-untyped-call]

    def _begin(self) -> None:
        metrics.redis("carriage", up=True)
        if self._away_since is not None:
            self._away_since = None
            log.warning("Redis is back: other processes are reached again")
        again, self._began = self._began > float("-inf"), self._clock()
        self._others.spare(self._began)
        self._out.clear()
        self._up.set()
        self.counts.begin(self._wake)
        self._store.patience = GAP
        self._ask(again=again)
        self._bus.hear(Missed(back=True))

    def _lost(self, why: Exception) -> None:
        metrics.redis("carriage", up=False)
        if self._away_since is None:
            self._away_since = self._clock()
            log.warning(
                "Redis is away (%s): other processes' messages come by the database, within a second or two",
                redis_url.reason(why),
            )
        self._down()

    def _down(self) -> None:
        self._up.clear()
        self.counts.end()
        self._store.patience = 0.0
        self._out.clear()
        if self._saying is not None:
            self._saying.cancel()
            self._saying = None

    # --- writing ----------------------------------------------------------------------------------------------------

    def _ask(self, *, again: bool = False) -> None:
        """Who is where? And all that stands of our own people."""
        self._asked = self._clock()
        self._out.add_said(Said(self.process, asks=True, again=again))
        self._say()

    def _say_soon(self) -> None:
        if self._saying is None:
            self._saying = asyncio.get_running_loop().call_later(SOON, self._say)

    def _say(self) -> None:
        """All that our sessions have said and stands."""
        self._saying = None
        for said in (
            Said(self.process, begins=True),
            *parts(self.process, self._own),
            Said(self.process, ends=True),
        ):
            self._out.add_said(said)

    async def _write(self, redis: Redis, script: str) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._flush(redis, script)

    async def _flush(self, redis: Redis, script: str) -> None:
        pipe: Any = redis.pipeline(transaction=False)
        if self._out.overflown:
            self._out.overflown = False
            self._out.add_said(Said(self.process, again=True))
            self._say()
        events, said = self._out.take(self.process)
        for batch in events:
            entry = {"process": self.process, "facts": self._facts.write_events(self.process, batch)}
            pipe.xadd(self._log, entry, maxlen=ENTRIES, approximate=True)
        for message in said:
            pipe.publish(self._channel, self._words.write_said(message))
        asked = self.counts.taken()
        for words, _ in asked:
            if words[0] == "EVALSHA":
                words[1] = script
            pipe.execute_command(*words)
        try:
            answers = await pipe.execute(raise_on_error=False)
        except BaseException:
            for _, future in asked:
                self.counts.answered(future, b"0")
            raise
        for (_, future), answer in zip(asked, answers[len(answers) - len(asked) :], strict=True):
            self.counts.answered(future, b"0" if isinstance(answer, Exception) else answer)
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer

    async def _pulse(self, redis: Redis) -> None:
        """That we live, now and then; who does not; and the stream kept short, by Redis's own clock."""
        while True:
            self._out.add_said(Said(self.process))
            self._bury(self._others.expire(self._clock()))
            seconds, _ = await redis.time()
            await redis.xtrim(self._log, minid=f"{int((seconds - KEPT) * 1000)}", approximate=False)
            await redis.expire(self._log, FORGOTTEN)
            await asyncio.sleep(PULSE)

    async def _say_farewell(self, redis: Redis) -> None:
        """The process ends: what its sessions said last, and that it goes."""
        self.counts.end()
        with contextlib.suppress(*AWAY):
            async with asyncio.timeout(FAREWELL):
                await self._flush(redis, "")
                self._out.add_said(Said(self.process, leaves=True))
                await self._flush(redis, "")

    # --- reading ----------------------------------------------------------------------------------------------------

    async def _read_events(self, redis: Redis, last: bytes) -> None:
        while True:
            told: Any = await redis.xread({self._log: last}, count=256, block=int(PULSE * 1000))
            for entries in told.values():
                for number, fields in itertools.chain.from_iterable(entries):
                    last = number
                    self._take_events(fields)

    def _take_events(self, fields: dict[bytes, bytes]) -> None:
        if fields.get(b"process") == self.process.encode():
            return
        try:
            _, events = self._facts.read_events(fields.get(b"facts", b""))
        except Unreadable as why:
            self._unknown(str(why))
            return
        self._store.hear(events)

    async def _read_signals(self, signals: Any) -> None:
        while True:
            message = await signals.get_message(timeout=SILENCE)
            if message is None:
                raise TimeoutError("its signals do not come")
            if message["type"] == "message":
                self._take(message["data"])

    def _take(self, data: bytes) -> None:
        try:
            said = self._words.read_said(data, self._unknown)
        except Unreadable as why:
            self._unknown(str(why))
            return
        if said.process == self.process:
            return
        if said.leaves:
            self._bury(self._others.leave(said.process))
            return
        known = self._others.hear(said.process, self._clock())
        if said.begins:
            self._others.begin(said.process)
        elif not known and self._clock() - self._asked >= PULSE:
            # It was taken for dead, or spoke before we listened.
            self._ask()
        for signal in said.signals:
            self._others.note(said.process, signal)
            self._bus.hear(signal)
        if said.ends:
            self._bury(self._others.end(said.process))
        if said.asks:
            self._say_soon()
        if said.again:
            self._bus.hear(Missed(back=True))

    def _unknown(self, what: str) -> None:
        if self._news.is_news(what):
            log.warning("Redis holds %s: it is left alone", what)

    def _bury(self, farewells: Iterable[Signal]) -> None:
        for signal in farewells:
            self._bus.hear(signal)

    # --- while it is away -------------------------------------------------------------------------------------------

    async def _while_away(self) -> None:
        """Nobody of another process is gone because we cannot hear them, for a while."""
        while True:
            await asyncio.sleep(PULSE)
            if self._away_since is not None:
                self.hold_out(self._clock() - self._away_since)

    def hold_out(self, away: float) -> None:
        """`away`: seconds since Redis was lost. What the others' people said stands for so long as GRACE; what is
        stored is looked at."""
        now = self._clock()
        if now - self._looked >= MISSED:
            self._looked = now
            self._bus.hear(Missed())
        if away >= GRACE:
            self._bury(self._others.expire(float("inf")))
        elif now - self._renewed >= self._ping:
            self._renewed = now
            for signal in self._others.agents():
                self._bus.hear(signal)


async def _end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancelled until they end: the library loses a cancelling that comes while it waits in certain places."""
    waiting = {task for task in tasks if not task.done()}
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=0.1)

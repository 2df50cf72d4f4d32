"""PostgreSQL: the same verbs and batches over asyncpg; the log's head is locked last, so processes write side by side.

A batch is one transaction with a savepoint to each unit. Facts get provisional positions above every real one while
the batch runs; once the head is locked they are numbered and every column that holds one is set in one statement.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import os
import secrets
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import asyncpg

from gateway import metrics
from gateway.errors import ConfigError, ParleyError, Unavailable
from gateway.events import Event, new_id
from gateway.seals import Seals
from gateway.store import migrate, moving
from gateway.store.base import BATCH, Aside, First, Look, Store, Together, Verb
from gateway.store.postgres_purge import purge
from gateway.store.postgres_tx import Glance, PostgresReader, PostgresTx

T = TypeVar("T")
log = logging.getLogger(__name__)

APPLICATION = "parley"
"""What our connections are called in `pg_stat_activity`."""
READERS = 8
"""Connections for small looks by key."""
SCANNERS = 6
"""Connections for lists, searches and whatever else may take long: the others stand in a queue of their own."""
FOLLOWERS = 2
"""Connections kept for those who are told what happens: slow searches never delay the live sockets."""
SET_LEAST = 3
"""Verbs of a kind in a row that are worth a set: its statements are about twice a single verb's."""
ALONE = 8
"""How often a unit that ran into a deadlock is tried by itself."""
MIGRATION = 600.0
"""Seconds a migration, ours or another process's before us, may take."""
LOCK_PATIENCE = "20ms"
"""How long a unit may wait for a row while its batch holds others: then it is written by itself after the batch. So no
two batches ever wait for each other, which PostgreSQL would notice only after a second (`deadlock_timeout`)."""
TIMEOUT = 15.0
"""Seconds a statement may take before its caller hears `Unavailable`."""
SMALL = 5.0
"""Seconds that a small look may take, and a new connection: over it the server is as good as gone."""
IDLE = 4.0
"""Seconds that a transaction of ours may stand still. A process that is frozen, or cut off without a word, holds locks
(of the log's head, at worst, for which everybody waits): the server then ends its session. Less than a duty's lease
lasts: whoever takes one over finds no lock of its former holder."""
OPTIONS: dict[str, Any] = {
    "command_timeout": TIMEOUT,
    "timeout": SMALL,
    "server_settings": {
        "application_name": APPLICATION,
        "idle_in_transaction_session_timeout": f"{IDLE:.0f}s",
        # Our statements are short; compiling one takes longer than any of them.
        "jit": "off",
        # Told of disks that turn, it reads whole tables of thousands of rows rather than ten of them by key.
        "random_page_cost": "1.1",
    },
}
AWAY = "PostgreSQL did not answer when it was last asked for the head of the log"
MIGRATION_LOCK = 7_205_759_403
"""The advisory lock of our migrations: any number nobody else uses."""
GONE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what its transactions raise when the connection broke under them
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)
"""The server is away, full or in trouble. InterfaceError is asyncpg's for a closed connection, and also for arguments
that do not fit: inside a unit the connection itself says which."""
AGAIN = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
BEGIN = "BEGIN; set local lock_timeout = '{patience}'"
SAVE = "; savepoint unit"
NEXT = "release savepoint unit; savepoint unit"
"""One way to the server and back for all of them, and one before each unit."""
UNDO = "rollback to savepoint unit"
UNUSABLE = (
    ValueError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.DuplicateTableError,
    asyncpg.UndefinedColumnError,
    asyncpg.DatatypeMismatchError,
    asyncpg.FeatureNotSupportedError,
)
"""What keeps a database from being opened until somebody mends the URL, the rights or the database."""
HEAD = "select position from log_head"
CLOCK = "(extract(epoch from clock_timestamp()) * 1000)::bigint"
NOW = f"select {CLOCK}"
HEAD_AND_CLOCK = f"select position, {CLOCK} from log_head"

_Unit = tuple[Verb[Any], "asyncio.Future[Any]"]


class PostgresStore(Store):
    """Open with `await PostgresStore.open(url)`; any number of processes serve one database."""

    def __init__(self, url: str, clock: Callable[[], int] | None, seals: Seals) -> None:
        super().__init__(seals)
        self._url = url
        self._clock = clock
        self._waiting: deque[_Unit] = deque()
        self._wake = asyncio.Event()
        self._purging = asyncio.Lock()
        self._purges_asked = self._purges_done = 0
        self._readers: _Pool
        self._scanners: _Pool
        self._followers: _Pool
        self._pulse: _Pool
        self._writers: _Pool
        self._writing: Any = None
        """The connection of the batch that is under way."""
        self._writing_since = 0.0
        self._away = False
        """The server did not answer the last look at the log's head: nobody waits for it until it does."""
        self._writer_task: asyncio.Task[None]

    @property
    def postgres(self) -> bool:
        return True

    @classmethod
    async def open(
        cls,
        url: str,
        clock: Callable[[], int] | None = None,
        seals: Seals | None = None,
        *,
        forget: bool = False,
    ) -> PostgresStore:
        """Connect, migrate, start the writer. `clock` stands in for the database's clock in tests; without `seals`
        (tests) secrets stand open. `forget`: go on without secrets whose key is lost.

        Raises ConfigError for a URL, a schema or a key that cannot be used, Unavailable when nobody answers.
        """
        store = cls(url, clock, seals or Seals())
        try:
            # Each kind has connections of its own: a crowd of one never makes another wait, least of all the writer.
            store._readers = await _Pool.open(url, READERS, SMALL)
            store._scanners = await _Pool.open(url, SCANNERS, TIMEOUT)
            store._followers = await _Pool.open(url, FOLLOWERS, TIMEOUT)
            store._pulse = await _Pool.open(url, 1, SMALL)
            store._writers = await _Pool.open(url, 1, TIMEOUT)
            await store._migrate()
        except UNUSABLE as why:
            await store._let_go()
            raise ConfigError(f"[database] url: {why}") from why
        except GONE as why:
            await store._let_go()
            raise Unavailable(silence(why)) from why
        except BaseException:
            await store._let_go()
            raise
        store._writer_task = asyncio.get_running_loop().create_task(
            store._write_batches(), name="store.writer"
        )
        await store._open_secrets(forget=forget)
        return store

    async def _let_go(self) -> None:
        for name in ("_readers", "_scanners", "_followers", "_pulse", "_writers"):
            if pool := getattr(self, name, None):
                await pool.connections.close()

    async def _migrate(self) -> None:
        async with self._readers.connection(MIGRATION) as connection:
            await connection.execute("select pg_advisory_lock($1)", MIGRATION_LOCK, timeout=MIGRATION)
            try:
                await apply_migrations(connection)
            finally:
                await connection.execute("select pg_advisory_unlock($1)", MIGRATION_LOCK)
            facts = dict(await connection.fetch("select key, value from meta"))
            check_whole(facts)
            self.epoch = facts["epoch"]
            self._published = await connection.fetchval(HEAD)

    async def close(self) -> None:
        """Everything already waiting is still written. Closing again does nothing."""
        if self._closing:
            return
        self._closing = True
        self._wake.set()
        await asyncio.gather(self._writer_task, return_exceptions=True)
        await self._stop_healing()
        await self._let_go()

    async def purge(self) -> None:
        """Clear away dead rows now and write anew what keeps words that nobody sees any more: small tables whole, of
        large ones the indexes. What then remains in the files, and for how long, stands in docs/operations.md.

        Erasures that come meanwhile share the next purge.
        """
        self._purges_asked += 1
        asked = self._purges_asked
        async with self._purging:
            if self._purges_done < asked:
                done = self._purges_asked
                with _unavailable():
                    # A connection of its own, whose locks and settings end with it however this ends.
                    connection = await asyncpg.connect(self._url, **OPTIONS)
                    try:
                        await purge(connection)
                    finally:
                        await connection.close()
                self._purges_done = done

    # --- reading ----------------------------------------------------------------------------------------------------

    async def read(self, look: Look[T]) -> T:
        return await self._look(self._readers, look, SMALL)

    async def scan(self, look: Look[T]) -> T:
        with metrics.timed(metrics.Stage.ASKED_LISTED):
            return await self._look(self._scanners, look, TIMEOUT)

    async def follow(self, look: Look[T], *, long: bool = False) -> T:
        return await self._look(self._followers, look, TIMEOUT, head=long)

    async def head(self) -> int:
        return int(await self.glance(lambda look: look.value(HEAD)))

    async def glance(self, look: Look[T]) -> T:
        if self._away:
            raise Unavailable(AWAY)
        with _unavailable():
            async with self._readers.connection(SMALL) as connection:
                try:
                    return await look(Glance(connection, self.seals))
                except TimeoutError:
                    await _give_up(self._readers, connection)
                    raise

    async def _look(self, pool: _Pool, look: Look[T], patience: float, *, head: bool = True) -> T:
        if self._away:
            raise Unavailable(AWAY)
        return await _look(pool, look, patience, self.seals, head)

    async def _head(self) -> int:
        """The pulse of the server, on a connection that nothing else holds up: when it does not answer, nobody waits
        longer for a batch that is as old. What became of that only the log tells; whoever repeats it is recognised."""
        try:
            with _unavailable():
                head = await self._ask_for_head()
        except Unavailable:
            self._away = True
            if self._writing is not None and time.monotonic() - self._writing_since > SMALL:
                self._writing.terminate()
            raise
        self._away = False
        return head

    async def _ask_for_head(self) -> int:
        async with self._pulse.connection(SMALL) as connection:
            try:
                return int(await connection.fetchval(HEAD))
            except TimeoutError:
                connection.terminate()
                raise

    # --- writing ----------------------------------------------------------------------------------------------------

    def _admit(self, first: bool) -> None:
        if self._away:
            raise Unavailable(AWAY)
        super()._admit(first)

    def _enqueue(self, verb: Verb[Any], future: asyncio.Future[Any]) -> None:
        if isinstance(verb, First):
            self._waiting.appendleft((verb, future))
        else:
            self._waiting.append((verb, future))
        self._wake.set()

    async def _write_batches(self) -> None:
        while self._waiting or not self._closing:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
                await self._write_runs(batch)

    async def _write_runs(self, batch: list[_Unit]) -> None:
        """Runs of verbs that can be written together have a commit of their own; what they leave over goes on with
        what follows. So nothing is overtaken by what came after it, except what a set has left over."""
        singly: list[_Unit] = []
        for together, units in _runs(batch):
            if together is None:
                singly += units
                continue
            if singly:
                await self._write_or_refuse(singly)
            singly = await self._write_together(together, units)
        if singly:
            await self._write_or_refuse(singly)

    async def _write_together(self, together: Together, units: list[_Unit]) -> list[_Unit]:
        """Returns the units that are left over: all of them when anything was wrong, then each meets it by itself."""
        outcomes: list[Any] = []
        events: list[Event] = []
        left = units
        began = time.perf_counter()
        try:
            async with self._batch(BEGIN.format(patience=LOCK_PATIENCE)) as (_, tx):
                results = await together(tx, [verb for verb, _ in units])
                await tx.write_log()
            metrics.batch_written(len(units), time.perf_counter() - began)
            outcomes, left = _sorted_out(units, results)
            events = tx.events
        except Exception as why:
            if isinstance(why, GONE) and not isinstance(why, ValueError):
                outcomes, left = _refuse(units, why), []
            else:
                log.info("%d units are written one by one: %r", len(units), why)
        self._settle(outcomes, events)
        return left

    async def _write_or_refuse(self, batch: list[_Unit]) -> None:
        try:
            outcomes, events, deferred = await self._write_batch(batch, LOCK_PATIENCE)
        except Exception as why:
            if isinstance(why, GONE) or (len(batch) == 1 and not isinstance(why, AGAIN)):
                self._settle(_refuse(batch, why), [])
                return
            # A unit's fault showed only at the end: each by itself, so that only that one is refused.
            outcomes, events, deferred = [], [], batch
        self._settle(outcomes, events)
        for unit in deferred:
            await self._write_alone(unit)

    async def _write_alone(self, unit: _Unit) -> None:
        for _ in range(ALONE):
            try:
                outcomes, events, _ = await self._write_batch([unit])
            except AGAIN:
                await asyncio.sleep(0.005 + secrets.randbelow(20) / 1000)
            except Exception as why:
                self._settle(_refuse([unit], why), [])
                return
            else:
                self._settle(outcomes, events)
                return
        self._settle(_refuse([unit], Unavailable("the database kept running into deadlocks")), [])

    async def _write_batch(
        self, batch: list[_Unit], patience: str = "0"
    ) -> tuple[list[Any], list[Event], list[_Unit]]:
        """Returns the outcomes, the facts, and the units that met a lock (never with `patience` "0": without end)."""
        outcomes, deferred = [], []
        began = time.perf_counter()
        async with self._batch(BEGIN.format(patience=patience) + SAVE) as (connection, tx):
            for place, unit in enumerate(batch):
                if place:
                    await connection.execute(NEXT)
                try:
                    outcomes.append(await self._write_unit(connection, tx, *unit))
                except asyncpg.LockNotAvailableError:
                    deferred.append(unit)
            if outcomes:
                await tx.write_log()
        metrics.batch_written(len(batch), time.perf_counter() - began)
        return outcomes, tx.events, deferred

    @contextlib.asynccontextmanager
    async def _batch(self, begin: str) -> AsyncIterator[tuple[Any, PostgresTx]]:
        async with self._writers.connection(TIMEOUT) as connection:
            self._writing, self._writing_since = connection, time.monotonic()
            try:
                async with _written(self._writers, connection, begin):
                    head, now = await connection.fetchrow(HEAD_AND_CLOCK)
                    yield (
                        connection,
                        PostgresTx(connection, head, self._clock() if self._clock else now, self.seals),
                    )
            finally:
                self._writing = None

    async def _write_unit(
        self, connection: Any, tx: PostgresTx, verb: Verb[Any], future: asyncio.Future[Any]
    ) -> Any:
        mark = tx.mark()
        try:
            result = await verb(tx)
        except Exception as error:
            tx.forget_after(mark)
            if isinstance(error, AGAIN) or connection.is_closed() or _is_gone(error):
                raise
            await connection.execute(UNDO)
            if isinstance(error, asyncpg.LockNotAvailableError):
                raise
            if not isinstance(error, (ParleyError, asyncpg.PostgresError)):
                log.exception("a verb failed")
            return future, None, error
        return future, result, None


def _runs(batch: list[_Unit]) -> Iterator[tuple[Together | None, list[_Unit]]]:
    """A batch parted into what is written together and what is not (None), in its order; but what stands aside goes
    first, so that it parts nothing."""
    in_order = sorted(batch, key=lambda unit: not isinstance(unit[0], Aside))
    kinds = itertools.groupby(in_order, lambda unit: getattr(unit[0], "together", None))
    for together, run in kinds:
        units = list(run)
        yield (together if len(units) >= SET_LEAST else None), units


def _sorted_out(units: list[_Unit], results: Sequence[Any]) -> tuple[list[Any], list[_Unit]]:
    """What a set has written or refused, for `_settle`, and the units it has left over."""
    outcomes: list[Any] = []
    left = []
    for (verb, future), result in zip(units, results, strict=True):
        if result is None:
            left.append((verb, future))
        elif isinstance(result, Exception):
            outcomes.append((future, None, result))
        else:
            outcomes.append((future, result, None))
    return outcomes, left


def _is_gone(error: Exception) -> bool:
    """Arguments that do not fit a statement are their unit's fault, whatever class asyncpg gives them."""
    return isinstance(error, GONE) and not isinstance(error, asyncpg.InterfaceError)


async def _look(pool: _Pool, look: Look[T], patience: float, seals: Seals, with_head: bool) -> T:
    with _unavailable():
        async with (
            pool.connection(patience) as connection,
            _transaction(pool, connection, isolation="repeatable_read", readonly=True),
        ):
            head = await connection.fetchval(HEAD) if with_head else None
            return await look(PostgresReader(connection, head, seals))


@contextlib.asynccontextmanager
async def _transaction(pool: _Pool, connection: Any, **options: Any) -> AsyncIterator[None]:
    """As asyncpg's, but a server that does not answer is not asked to roll back: that would be waited for as long
    again. The other connections of the pool are doubted with this one, for a lost network tells none of them."""
    try:
        async with connection.transaction(**options):
            try:
                yield
            except TimeoutError:
                await _give_up(pool, connection)
                raise
    except TimeoutError:  # of its beginning or of its commit
        await _give_up(pool, connection)
        raise


@contextlib.asynccontextmanager
async def _written(pool: _Pool, connection: Any, begin: str) -> AsyncIterator[None]:
    """A transaction that begins with more than `begin` alone: asyncpg's own would be a way to the server more."""
    try:
        await connection.execute(begin)
        try:
            yield
        except TimeoutError:
            raise
        except BaseException:
            await _roll_back(connection)
            raise
        done = await connection.execute("COMMIT")
        assert done == "COMMIT", f"a transaction that failed was to be committed: {done}"
    except TimeoutError:  # also of its beginning or of its commit
        await _give_up(pool, connection)
        raise


async def _roll_back(connection: Any) -> None:
    """What is to be told is why; a connection that is lost with it is undone by the server."""
    try:
        await connection.execute("ROLLBACK")
    except GONE:
        _hang_up(connection)


async def _give_up(pool: _Pool, connection: Any) -> None:
    _hang_up(connection)
    await pool.connections.expire_connections()


def _hang_up(connection: Any) -> None:
    with contextlib.suppress(asyncpg.InterfaceError):  # it was lost, and the pool has taken it back
        connection.terminate()


@contextlib.contextmanager
def _unavailable() -> Iterator[None]:
    """Who is cancelled meanwhile hears that, and not how a broken connection took to being left: it would go on."""
    task = asyncio.current_task()
    before = task.cancelling() if task is not None else 0
    try:
        yield
    except GONE as why:
        if task is not None and task.cancelling() > before:
            raise asyncio.CancelledError from why
        if isinstance(why, ValueError):  # asyncpg's for an argument that does not fit
            raise
        raise Unavailable(silence(why)) from why


def silence(why: BaseException) -> str:
    """Why nobody answers, for the log."""
    if isinstance(why, asyncpg.TooManyConnectionsError):
        return f"PostgreSQL has no room for another connection, `parley doctor` counts them: {why}"
    return f"PostgreSQL does not answer: {why}"


class _Pool:
    """Connections of one kind. Who has waited longest is next: in asyncpg's own queue whoever gives one back and asks
    again passes by all who wait, and in a crowd some wait until their patience ends."""

    def __init__(self, connections: Any, size: int) -> None:
        self.connections = connections
        self._turns = asyncio.Semaphore(size)

    @classmethod
    async def open(cls, url: str, size: int, patience: float) -> _Pool:
        """`patience`: seconds for each of its statements."""
        options = {**OPTIONS, "command_timeout": patience}
        pool = await asyncpg.create_pool(
            url, min_size=0, max_size=size, init=_prepare, reset=_keep, **options
        )
        return cls(pool, size)

    @contextlib.asynccontextmanager
    async def connection(self, patience: float) -> AsyncIterator[Any]:
        """Raises TimeoutError after `patience` seconds."""
        async with asyncio.timeout(patience):
            await self._turns.acquire()
        try:
            async with self.connections.acquire(timeout=patience) as connection:
                yield connection
        finally:
            self._turns.release()


async def _keep(connection: Any) -> None:
    """In place of asyncpg's four statements after every use: what we set ends with its transaction."""


async def _prepare(connection: Any) -> None:
    await connection.set_type_codec("jsonb", encoder=str, decoder=str, schema="pg_catalog")


def check_whole(facts: Mapping[str, str]) -> None:
    """`facts`: what `meta` says. Raises ConfigError while a move into this database is not final."""
    if moving.KEY in facts:
        raise ConfigError(
            "[database] url: a move into this database is not finished: run `parley move` again, with the"
            " configuration of the installation that is moved"
        )


async def apply_migrations(connection: Any, up_to: int | None = None) -> None:
    """Bring the database to this code's schema, in one transaction each. Raises ConfigError when it is too new or was
    left half-way. `up_to` stops at an older version (tests, restoring an older backup)."""
    await connection.execute(migrate.VERSION_TABLE)
    newest, steps = await connection.fetchrow(migrate.CURRENT)
    for step in migrate.due(newest, steps, up_to):
        async with connection.transaction():
            for statement in step.statements(postgres=True):
                await connection.execute(statement, timeout=MIGRATION)
            await connection.execute(migrate.APPLIED, step.version, step.name, await connection.fetchval(NOW))
            if step.version == 1:
                await connection.execute(migrate.NEW_EPOCH, new_id(), os.urandom(32).hex())


def _refuse(batch: list[_Unit], why: Exception) -> list[Any]:
    log.error("a batch of %d units was not written: %r", len(batch), why)
    metrics.batch_failed(len(batch))
    gone = why if isinstance(why, ParleyError) else Unavailable(f"the database refused: {why}")
    return [(future, None, gone) for _, future in batch]

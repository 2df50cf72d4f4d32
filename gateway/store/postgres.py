"""PostgreSQL: the same verbs and batches over asyncpg; the log's head is locked last, so processes write side by side.

A batch is one transaction with a savepoint to each unit. Facts get provisional positions above every real one while
the batch runs; once the head is locked they are numbered and every column that holds one is set in one statement.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import asyncpg

from gateway.errors import ConfigError, ParleyError, Unavailable
from gateway.events import Event, new_id
from gateway.store import log as log_rows
from gateway.store import migrate
from gateway.store.base import BATCH, Look, Store, Verb
from gateway.store.search import vector
from gateway.store.sql import Row, for_postgres
from gateway.store.tx import Stamp

T = TypeVar("T")
log = logging.getLogger(__name__)

READERS = 10
TIMEOUT = 15.0
"""Seconds a statement may take before its caller hears `Unavailable`."""
MIGRATION_LOCK = 7_205_759_403
"""The advisory lock of our migrations: any number nobody else uses."""
PROVISIONAL = 1 << 62
GONE = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.AdminShutdownError,
    asyncpg.CannotConnectNowError,
)
AGAIN = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
NOW = "select (extract(epoch from clock_timestamp()) * 1000)::bigint"

_Unit = tuple[Verb[Any], "asyncio.Future[Any]"]


class PostgresReader:
    """One look, in a repeatable-read transaction."""

    postgres = True

    def __init__(self, connection: Any, position: int) -> None:
        self._connection = connection
        self._position = position

    @property
    def position(self) -> int:
        return self._position

    async def one(self, sql: str, *args: Any) -> Row | None:
        row: Row | None = await self._connection.fetchrow(for_postgres(sql), *args)
        return row

    async def all(self, sql: str, *args: Any) -> Sequence[Row]:
        rows: Sequence[Row] = await self._connection.fetch(for_postgres(sql), *args)
        return rows

    async def value(self, sql: str, *args: Any) -> Any:
        return await self._connection.fetchval(for_postgres(sql), *args)


class PostgresTx(PostgresReader):
    """A batch's transaction, shared by its units."""

    def __init__(self, connection: Any, now: int) -> None:
        # Random, so that batches of two processes never meet in a unique index before they are numbered.
        super().__init__(connection, PROVISIONAL + (secrets.randbits(40) << 20))
        self._now = now
        self.events: list[Event] = []
        self.stamps: list[tuple[Stamp, int]] = []
        self.tokens: list[tuple[str, int, str]] = []

    @property
    def now(self) -> int:
        return self._now

    async def run(self, sql: str, *args: Any) -> int:
        status: str = await self._connection.execute(for_postgres(sql), *args)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    def record(self, event: Event, *stamps: Stamp) -> int:
        self.events.append(event)
        event.position = self._position + len(self.events)
        for stamp in (*log_rows.stamps_of(event), *stamps):
            self.stamps.append((stamp, event.position))
        return event.position

    def index(self, table: str, key: int, tokens: str) -> None:
        self.tokens.append((table, key, tokens))

    def mark(self) -> tuple[int, int, int]:
        return len(self.events), len(self.stamps), len(self.tokens)

    def forget_after(self, mark: tuple[int, int, int]) -> None:
        """A unit was undone: so are its facts."""
        del self.events[mark[0] :]
        del self.stamps[mark[1] :]
        del self.tokens[mark[2] :]

    async def write_log(self) -> None:
        """Lock the head, number the facts, set every column that holds a number, write log, audit and counts."""
        connection, events = self._connection, self.events
        if events:
            head = await connection.fetchval("select position from log_head where id = 1 for update")
            numbers = {event.position: head + place for place, event in enumerate(events, 1)}
            await self._stamp(numbers)
            await self._index(numbers)
            for event in events:
                event.position = numbers[event.position]
            await connection.executemany(
                log_rows.INSERT_EVENT, [log_rows.event_values(event) for event in events]
            )
            audited = [log_rows.audit_values(event) for event in events if event.audited]
            if audited:
                await connection.executemany(log_rows.INSERT_AUDIT, audited)
            counts = log_rows.count_changes(events)
            if counts:
                await connection.executemany(log_rows.ADD_COUNT, counts)
            await connection.execute("update log_head set position = $1 where id = 1", head + len(events))
        elif self.tokens:
            await self._index({})

    async def _stamp(self, numbers: dict[int, int]) -> None:
        columns: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
        for stamp, provisional in self.stamps:
            columns[stamp.table, stamp.column][stamp.id] = numbers[provisional]
        for (table, column), values in columns.items():
            await self._connection.execute(
                f"update {table} set {column} = new.p from unnest($1::text[], $2::bigint[]) as new (id, p)"
                f" where {table}.id = new.id",
                list(values),
                list(values.values()),
            )

    async def _index(self, numbers: dict[int, int]) -> None:
        tables: dict[str, dict[int, str]] = defaultdict(dict)
        for table, key, tokens in self.tokens:
            tables[table][numbers.get(key, key)] = tokens
        for table, rows in tables.items():
            await self._connection.execute(f"delete from {table} where rowid = any($1::bigint[])", list(rows))
            kept = {key: tokens for key, tokens in rows.items() if tokens}
            await self._connection.execute(
                f"insert into {table} (rowid, tokens) select new.k, new.t::tsvector"
                " from unnest($1::bigint[], $2::text[]) as new (k, t)",
                list(kept),
                [vector(tokens) for tokens in kept.values()],
            )


class PostgresStore(Store):
    """Open with `await PostgresStore.open(url)`; any number of processes serve one database."""

    def __init__(self, url: str, clock: Callable[[], int] | None) -> None:
        super().__init__()
        self._url = url
        self._clock = clock
        self._waiting: deque[_Unit] = deque()
        self._wake = asyncio.Event()
        self._closing = False
        self._pool: Any
        self._writer_task: asyncio.Task[None]

    @property
    def postgres(self) -> bool:
        return True

    @classmethod
    async def open(cls, url: str, clock: Callable[[], int] | None = None) -> PostgresStore:
        """Connect, migrate, start the writer. `clock` stands in for the database's clock in tests.

        Raises ConfigError for a URL or a schema that cannot be used, Unavailable when nobody answers.
        """
        store = cls(url, clock)
        try:
            store._pool = await asyncpg.create_pool(
                url, min_size=1, max_size=READERS, init=_prepare, command_timeout=TIMEOUT, timeout=5
            )
            await store._migrate()
        except (
            ValueError,
            asyncpg.InvalidAuthorizationSpecificationError,
            asyncpg.InvalidCatalogNameError,
        ) as why:
            raise ConfigError(f"[database] url: {why}") from why
        except GONE as why:
            raise Unavailable(f"PostgreSQL does not answer: {why}") from why
        store._writer_task = asyncio.get_running_loop().create_task(
            store._write_batches(), name="store.writer"
        )
        return store

    async def _migrate(self) -> None:
        async with self._pool.acquire() as connection:
            await connection.execute("select pg_advisory_lock($1)", MIGRATION_LOCK)
            try:
                await apply_migrations(connection)
            finally:
                await connection.execute("select pg_advisory_unlock($1)", MIGRATION_LOCK)
            facts = dict(await connection.fetch("select key, value from meta"))
            self.epoch, self.secret = facts["epoch"], bytes.fromhex(facts["secret"])
            self._published = await connection.fetchval("select position from log_head")

    async def close(self) -> None:
        """Everything already waiting is still written."""
        self._closing = True
        self._wake.set()
        await self._stop_healing()
        await asyncio.gather(self._writer_task, return_exceptions=True)
        await self._pool.close()

    # --- reading ----------------------------------------------------------------------------------------------------

    async def read(self, look: Look[T]) -> T:
        try:
            async with (
                self._pool.acquire(timeout=TIMEOUT) as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                head = await connection.fetchval("select position from log_head")
                return await look(PostgresReader(connection, head))
        except GONE as why:
            raise Unavailable(f"PostgreSQL does not answer: {why}") from why

    async def scan(self, look: Look[T]) -> T:
        return await self.read(look)

    # --- writing ----------------------------------------------------------------------------------------------------

    def _enqueue(self, verb: Verb[Any], future: asyncio.Future[Any]) -> None:
        if self._closing:
            self._entered.pop()
            raise Unavailable("the database is closing")
        self._waiting.append((verb, future))
        self._wake.set()

    async def _write_batches(self) -> None:
        while self._waiting or not self._closing:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
                await self._write_or_refuse(batch)

    async def _write_or_refuse(self, batch: list[_Unit]) -> None:
        try:
            outcomes, events = await self._write_batch(batch)
        except AGAIN:
            # Two batches met in opposite order: alone, units wait for each other instead.
            for unit in batch:
                await self._write_alone(unit)
            return
        except Exception as why:
            outcomes, events = _refuse(batch, why), []
        self._settle(outcomes, events)

    async def _write_alone(self, unit: _Unit) -> None:
        for _ in range(5):
            try:
                self._settle(*await self._write_batch([unit]))
                return
            except AGAIN:
                await asyncio.sleep(0.005 + secrets.randbelow(20) / 1000)
            except Exception as why:
                self._settle(_refuse([unit], why), [])
                return
        self._settle(_refuse([unit], Unavailable("the database kept running into deadlocks")), [])

    async def _write_batch(self, batch: list[_Unit]) -> tuple[list[Any], list[Event]]:
        async with self._pool.acquire(timeout=TIMEOUT) as connection, connection.transaction():
            now = self._clock() if self._clock else await connection.fetchval(NOW)
            tx = PostgresTx(connection, now)
            outcomes = [await self._write_unit(connection, tx, verb, future) for verb, future in batch]
            await tx.write_log()
        return outcomes, tx.events

    async def _write_unit(
        self, connection: Any, tx: PostgresTx, verb: Verb[Any], future: asyncio.Future[Any]
    ) -> Any:
        mark = tx.mark()
        try:
            async with connection.transaction():
                result = await verb(tx)
        except (*AGAIN, *GONE):
            raise
        except Exception as error:
            tx.forget_after(mark)
            if not isinstance(error, (ParleyError, asyncpg.PostgresError)):
                log.exception("a verb failed")
            return future, None, error
        return future, result, None


async def _prepare(connection: Any) -> None:
    await connection.set_type_codec("jsonb", encoder=str, decoder=str, schema="pg_catalog")


async def apply_migrations(connection: Any) -> None:
    """Bring the database to this code's schema, in one transaction each. Raises ConfigError when it is too new."""
    await connection.execute(migrate.VERSION_TABLE)
    for step in migrate.due(await connection.fetchval(migrate.CURRENT)):
        async with connection.transaction():
            for statement in step.statements(postgres=True):
                await connection.execute(statement)
            await connection.execute(migrate.APPLIED, step.version, step.name, await connection.fetchval(NOW))
            if step.version == 1:
                await connection.execute(migrate.NEW_EPOCH, new_id(), os.urandom(32).hex())


def _refuse(batch: list[_Unit], why: Exception) -> list[Any]:
    log.error("a batch of %d units was not written: %r", len(batch), why)
    gone = why if isinstance(why, ParleyError) else Unavailable(f"the database refused: {why}")
    return [(future, None, gone) for _, future in batch]

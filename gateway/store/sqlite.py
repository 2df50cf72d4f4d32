"""SQLite: one writer thread that commits whatever waits, small reads inline, scans in threads.

WAL with `synchronous=FULL`: the fsync is the window in which the next batch gathers, so full durability costs almost
nothing (PERFORMANCE.md, finding 3). Checkpoints run on a connection of their own, off the commit path.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from gateway.errors import ParleyError, Unavailable
from gateway.events import Event, new_id
from gateway.store import log as log_rows
from gateway.store import migrate
from gateway.store.base import BATCH, Look, Store, Verb
from gateway.store.sql import Row, for_sqlite
from gateway.store.tx import Stamp, drive

T = TypeVar("T")
log = logging.getLogger(__name__)

CHECKPOINT_EVERY = 0.25
"""Seconds between passive checkpoints while there is something to move."""
WAL_LIMIT = 64 * 1024 * 1024
"""Bytes of write-ahead log after which a checkpoint truncates it."""
SCANNERS = 2
BATCH_LOST = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_READONLY)
"""Disk trouble: no unit of the batch can be kept. Any other fault undoes its own unit alone."""

Clock = Callable[[], int]
_Unit = tuple[Verb[Any], "asyncio.Future[Any]"]


def wall_clock() -> int:
    """UTC milliseconds."""
    return int(time.time() * 1000)


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection as all of this house uses it; statements commit only where we say so."""
    target = f"file:{path}?mode=ro" if read_only else str(path)
    connection = sqlite3.connect(
        target, isolation_level=None, check_same_thread=False, uri=read_only, cached_statements=512
    )
    connection.row_factory = sqlite3.Row
    connection.execute("pragma busy_timeout = 5000")
    connection.execute("pragma cache_size = -65536")
    connection.execute("pragma mmap_size = 1073741824")
    if not read_only:
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        connection.execute("pragma foreign_keys = on")
        connection.execute("pragma wal_autocheckpoint = 0")
    return connection


class SqliteReader:
    """One look: a deferred transaction on a read-only connection. Its methods never suspend."""

    postgres = False

    def __init__(self, connection: sqlite3.Connection, position: int) -> None:
        self._connection = connection
        self._position = position

    @property
    def position(self) -> int:
        return self._position

    async def one(self, sql: str, *args: Any) -> Row | None:
        row: Row | None = self._connection.execute(for_sqlite(sql), args).fetchone()
        return row

    async def all(self, sql: str, *args: Any) -> Sequence[Row]:
        return self._connection.execute(for_sqlite(sql), args).fetchall()

    async def value(self, sql: str, *args: Any) -> Any:
        row = self._connection.execute(for_sqlite(sql), args).fetchone()
        return None if row is None else row[0]


class SqliteTx(SqliteReader):
    """The batch's transaction, shared by its units. The only writer numbers facts the moment they are recorded."""

    def __init__(self, connection: sqlite3.Connection, position: int, now: int) -> None:
        super().__init__(connection, position)
        self._now = now
        self.events: list[Event] = []

    @property
    def position(self) -> int:
        return self._position + len(self.events)

    @property
    def now(self) -> int:
        return self._now

    async def run(self, sql: str, *args: Any) -> int:
        return self._connection.execute(for_sqlite(sql), args).rowcount

    def record(self, event: Event, *stamps: Stamp) -> int:
        self.events.append(event)
        event.position = self._position + len(self.events)
        for stamp in log_rows.stamps_of(event):
            if stamp.table != "messages":  # its verb wrote the number itself
                self._connection.execute(
                    f"update {stamp.table} set position = ? where id = ?", (event.position, stamp.id)
                )
        return event.position

    def index(self, table: str, key: int, tokens: str) -> None:
        self._connection.execute(f"delete from {table} where rowid = ?", (key,))
        if tokens:
            self._connection.execute(f"insert into {table} (rowid, tokens) values (?, ?)", (key, tokens))

    def forget_after(self, mark: int) -> None:
        """A unit was undone: so are its facts."""
        del self.events[mark:]

    def write_log(self) -> None:
        run = self._connection
        events = self.events
        run.executemany(for_sqlite(log_rows.INSERT_EVENT), map(log_rows.event_values, events))
        audited = [log_rows.audit_values(event) for event in events if event.audited]
        run.executemany(for_sqlite(log_rows.INSERT_AUDIT), audited)
        run.executemany(for_sqlite(log_rows.ADD_COUNT), log_rows.count_changes(events))
        run.execute("update log_head set position = ? where id = 1", (self.position,))


class SqliteStore(Store):
    """Open with `await SqliteStore.open(path)`; one process serves it."""

    def __init__(self, path: Path, clock: Clock) -> None:
        super().__init__()
        self.path = path
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Unit | None] = queue.SimpleQueue()
        self._closing = threading.Event()

    @property
    def postgres(self) -> bool:
        return False

    @classmethod
    async def open(cls, path: Path, clock: Clock = wall_clock) -> SqliteStore:
        """Make or migrate the file and start the writer. Raises ConfigError, Unavailable."""
        store = cls(path, clock)
        await asyncio.to_thread(store._prepare)
        store._start()
        return store

    def _prepare(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._writer = connect(self.path)
            self.path.chmod(0o600)
            apply_migrations(self._writer, self._clock())
            facts = dict(self._writer.execute("select key, value from meta").fetchall())
            head = self._writer.execute("select position from log_head").fetchone()
            self._reader = connect(self.path, read_only=True)
        except sqlite3.Error as why:
            raise Unavailable(f"{self.path}: {why}") from why
        self.epoch, self.secret = facts["epoch"], bytes.fromhex(facts["secret"])
        self._published = head[0]

    def _start(self) -> None:
        self._scanners = ThreadPoolExecutor(SCANNERS, thread_name_prefix="parley-scan")
        self._scan_connections: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._write_batches, name="parley-writer", daemon=True),
            threading.Thread(target=self._keep_wal_short, name="parley-checkpoint", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    async def close(self) -> None:
        """Everything already waiting is still written."""
        await self._stop_healing()
        self._queue.put(None)
        self._closing.set()
        for thread in self._threads:
            await asyncio.to_thread(thread.join)
        await asyncio.to_thread(self._scanners.shutdown)
        while not self._scan_connections.empty():
            self._scan_connections.get().close()
        self._reader.close()
        self._writer.close()

    # --- reading ----------------------------------------------------------------------------------------------------

    async def read(self, look: Look[T]) -> T:
        return self._look(self._reader, look)

    async def scan(self, look: Look[T]) -> T:
        return await self._loop.run_in_executor(self._scanners, self._scan, look)

    def _scan(self, look: Look[T]) -> T:
        try:
            connection = self._scan_connections.get_nowait()
        except queue.Empty:
            connection = connect(self.path, read_only=True)
        try:
            return self._look(connection, look)
        finally:
            self._scan_connections.put(connection)

    def _look(self, connection: sqlite3.Connection, look: Look[T]) -> T:
        with unavailable():
            connection.execute("begin")
            try:
                head = connection.execute("select position from log_head").fetchone()[0]
                return drive(look(SqliteReader(connection, head)))
            finally:
                connection.execute("rollback")

    # --- writing, on the writer's thread ----------------------------------------------------------------------------

    def _enqueue(self, verb: Verb[Any], future: asyncio.Future[Any]) -> None:
        if self._closing.is_set():
            self._entered.pop()
            raise Unavailable("the database is closing")
        self._queue.put((verb, future))

    def _write_batches(self) -> None:
        last = False
        while not last:
            batch, last = self._gather()
            if batch:
                outcomes, events = self._write_batch(batch)
                # The loop may be gone at exit: the facts are safe, nobody is left to tell.
                with contextlib.suppress(RuntimeError):
                    self._loop.call_soon_threadsafe(self._settle, outcomes, events)

    def _gather(self) -> tuple[list[_Unit], bool]:
        first = self._queue.get()
        if first is None:
            return [], True
        batch = [first]
        while len(batch) < BATCH:
            try:
                unit = self._queue.get_nowait()
            except queue.Empty:
                break
            if unit is None:
                return batch, True
            batch.append(unit)
        return batch, False

    def _write_batch(self, batch: list[_Unit]) -> tuple[list[Any], list[Event]]:
        run = self._writer.execute
        try:
            run("begin immediate")
            tx = SqliteTx(self._writer, run("select position from log_head").fetchone()[0], self._clock())
            outcomes = [self._write_unit(tx, verb, future) for verb, future in batch]
            if tx.events:
                tx.write_log()
            run("commit")
            return outcomes, tx.events
        except sqlite3.Error as why:
            log.error("a batch of %d units was not written: %s", len(batch), why)
            if self._writer.in_transaction:
                run("rollback")
            gone = Unavailable(f"the database refused: {why}")
            return [(future, None, gone) for _, future in batch], []

    def _write_unit(self, tx: SqliteTx, verb: Verb[Any], future: asyncio.Future[Any]) -> Any:
        mark = len(tx.events)
        self._writer.execute("savepoint unit")
        try:
            result = drive(verb(tx))
        except BaseException as error:
            if getattr(error, "sqlite_errorcode", None) in BATCH_LOST:
                raise
            self._writer.execute("rollback to unit")
            self._writer.execute("release unit")
            tx.forget_after(mark)
            if not isinstance(error, (ParleyError, sqlite3.Error)):
                log.exception("a verb failed")
            return future, None, error
        self._writer.execute("release unit")
        return future, result, None

    # --- checkpoints, on their own thread ---------------------------------------------------------------------------

    def _keep_wal_short(self) -> None:
        connection = connect(self.path)
        wal = self.path.with_name(self.path.name + "-wal")
        seen = -1
        while not self._closing.wait(CHECKPOINT_EVERY):
            size, stamp = _size_and_time(wal)
            if stamp == seen:
                continue
            seen = stamp
            mode = "truncate" if size > WAL_LIMIT else "passive"
            try:
                connection.execute(f"pragma wal_checkpoint({mode})").fetchall()
            except sqlite3.Error as why:
                log.warning("checkpoint: %s", why)
        connection.close()


def apply_migrations(connection: sqlite3.Connection, now: int) -> None:
    """Bring the file to this code's schema, in one transaction each. Raises ConfigError when it is too new."""
    connection.execute(for_sqlite(migrate.VERSION_TABLE))
    for step in migrate.due(connection.execute(migrate.CURRENT).fetchone()[0]):
        connection.execute("begin immediate")
        try:
            if step.version > connection.execute(migrate.CURRENT).fetchone()[0]:
                for statement in step.statements(postgres=False):
                    connection.execute(statement)
                connection.execute(for_sqlite(migrate.APPLIED), (step.version, step.name, now))
                if step.version == 1:
                    connection.execute(for_sqlite(migrate.NEW_EPOCH), (new_id(), os.urandom(32).hex()))
            connection.execute("commit")
        except BaseException:
            connection.execute("rollback")
            raise


@contextlib.contextmanager
def unavailable() -> Iterator[None]:
    """SQLite's own trouble (locked, unreadable, full) as `Unavailable`; a fault in a statement stays what it is."""
    try:
        yield
    except sqlite3.OperationalError as why:
        raise Unavailable(str(why)) from why


def _size_and_time(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except FileNotFoundError:
        return 0, -1
    return found.st_size, found.st_mtime_ns

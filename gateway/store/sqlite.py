"""SQLite: one writer thread that commits whatever waits, small reads inline, scans in threads.

WAL with `synchronous=FULL`: the fsync is the window in which the next batch gathers, so full durability costs almost
nothing (PERFORMANCE.md, finding 3). Checkpoints run on a connection of their own, off the commit path.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from gateway import metrics
from gateway.errors import Moving, ParleyError, Unavailable
from gateway.events import Event
from gateway.folders import make_private, make_private_file, read_only
from gateway.rates import News
from gateway.seals import NAME, Seals
from gateway.store import moving
from gateway.store.base import BATCH, Look, Store, Verb
from gateway.store.sqlite_file import apply_migrations, connect, is_lost, openable, reason, unavailable
from gateway.store.sqlite_tx import SqliteReader, SqliteTx
from gateway.store.tx import Tx, drive

T = TypeVar("T")
log = logging.getLogger(__name__)

CHECKPOINT_EVERY = 0.25
"""Seconds between passive checkpoints while there is something to move."""
CHECKPOINT_PATIENCE = 100
"""Milliseconds a truncating checkpoint may wait for readers: so long nobody can write."""
WAL_LIMIT = 64 * 1024 * 1024
"""Bytes of write-ahead log after which the writer begins it anew."""
WAL_MOST = 4 * WAL_LIMIT
"""Bytes after which it is truncated by force, because long readers have never let it begin anew."""
PAGE = 4096
"""Bytes of a page, SQLite's default since 3.12."""
SCANNERS = 2
PURGE_STEP = 500
"""Pages of a search index merged at a time while it is purged."""
PURGE_WAITS = 50
"""How often a purge looks again whether the last reader of the old log has gone, every 0.1 s."""
SEARCH_TABLES = ("message_search", "conversation_search", "contact_search")

Clock = Callable[[], int]
_Unit = tuple[Verb[Any], "asyncio.Future[Any]"]
_Outcome = tuple["asyncio.Future[Any]", Any, BaseException | None]


def wall_clock() -> int:
    """UTC milliseconds."""
    return int(time.time() * 1000)


class SqliteStore(Store):
    """Open with `await SqliteStore.open(path)`; one process serves it."""

    def __init__(self, path: Path, clock: Clock, seals: Seals) -> None:
        super().__init__(seals)
        self.path = path
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Unit | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._wal_is_long = False
        self._troubles = News()
        """The writer's."""

    @property
    def postgres(self) -> bool:
        return False

    @classmethod
    async def open(
        cls, path: Path, clock: Clock = wall_clock, seals: Seals | None = None, *, forget: bool = False
    ) -> SqliteStore:
        """Make or migrate the file and start the writer. Without `seals`: a key beside the file. `forget`: go on
        without secrets whose key is lost. Raises ConfigError, Unavailable."""
        store = cls(path, clock, seals or Seals(file=path.parent / NAME))
        await asyncio.to_thread(store._prepare)
        store._start()
        await store._open_secrets(forget=forget)
        return store

    def _prepare(self) -> None:
        with openable(self.path), contextlib.ExitStack() as failed:
            make_private(self.path.parent)
            make_private_file(self.path)  # the write-ahead log takes its rights from it
            self._writer = connect(self.path)
            failed.callback(self._writer.close)
            moving.check_openable(self._writer)
            apply_migrations(self._writer, self._clock())
            facts = dict(self._writer.execute("select key, value from meta").fetchall())
            head = self._writer.execute("select position from log_head").fetchone()
            self._reader = connect(self.path, read_only=True)
            failed.pop_all()
        self.epoch = facts["epoch"]
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
        """Everything already waiting is still written. Closing again does nothing."""
        if self._closing:
            return
        self._closing = True
        await self._stop_healing()
        self._queue.put(None)
        self._stopping.set()
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
        with metrics.timed(metrics.Stage.ASKED_LISTED):
            return await self._loop.run_in_executor(self._scanners, self._scan, look)

    def _scan(self, look: Look[T]) -> T:
        try:
            connection = self._scan_connections.get_nowait()
        except queue.Empty:
            with unavailable():  # no more files to open
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
                return drive(look(SqliteReader(connection, head, self.seals)))
            finally:
                if connection.in_transaction:
                    connection.execute("rollback")

    # --- writing, on the writer's thread ----------------------------------------------------------------------------

    def _enqueue(self, verb: Verb[Any], future: asyncio.Future[Any]) -> None:
        self._queue.put((verb, future))

    def _write_batches(self) -> None:
        last = False
        while not last:
            batch, last = self._gather()
            if batch:
                began = time.perf_counter()
                outcomes, events = self._write_or_refuse(batch)
                ended = time.perf_counter()
                metrics.batch_written(len(batch), ended - began)
                # The loop may be gone at exit: the facts are safe, nobody is left to tell.
                with contextlib.suppress(RuntimeError):
                    self._loop.call_soon_threadsafe(self._settle, outcomes, events, ended)
                if self._wal_is_long:
                    self._begin_wal_anew()

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

    def _write_or_refuse(self, batch: list[_Unit]) -> tuple[list[_Outcome], list[Event]]:
        try:
            return self._write_batch(batch)
        except Exception as why:
            self._roll_back()
            if not _is_everybodys(why) and len(batch) > 1:
                return self._write_alone(batch)
            said = f"{reason(why)}, its disk is read-only" if read_only(self.path.parent) else reason(why)
            if not isinstance(why, Moving):  # the door says it, now and then
                if not is_lost(why) or self._troubles.is_news(said):
                    log.error(
                        "a batch of %d units was not written: %s: %s", len(batch), type(why).__name__, said
                    )
                metrics.batch_failed(len(batch))
            gone = why if isinstance(why, ParleyError) else Unavailable(f"the database refused: {said}")
            return [(future, None, gone) for _, future in batch], []

    def _write_alone(self, batch: list[_Unit]) -> tuple[list[_Outcome], list[Event]]:
        """A unit's fault showed only with the log or the commit: each by itself, so that only that one is refused."""
        outcomes: list[_Outcome] = []
        events: list[Event] = []
        for unit in batch:
            done, facts = self._write_or_refuse([unit])
            outcomes += done
            events += facts
        return outcomes, events

    def _write_batch(self, batch: list[_Unit]) -> tuple[list[_Outcome], list[Event]]:
        # A savepoint keeps a copy of every page its unit touches, a fifth of all the writer does: they are set only
        # when a unit of the batch has failed. Then all are run again, which verbs allow for.
        try:
            return self._run_batch(batch, self._write_unit)
        except BaseException as why:
            if _is_everybodys(why):
                raise
            self._roll_back()
        return self._run_batch(batch, self._write_unit_apart)

    def _run_batch(
        self, batch: list[_Unit], write: Callable[[SqliteTx, Verb[Any], asyncio.Future[Any]], _Outcome]
    ) -> tuple[list[_Outcome], list[Event]]:
        run = self._writer.execute
        run("begin immediate")
        moving.admit(self._writer)
        head = run("select position from log_head").fetchone()[0]
        tx = SqliteTx(self._writer, head, self._clock(), self.seals)
        outcomes = [write(tx, verb, future) for verb, future in batch]
        tx.write_log()
        run("commit")
        return outcomes, tx.events

    def _roll_back(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            if self._writer.in_transaction:
                self._writer.execute("rollback")

    def _write_unit(self, tx: SqliteTx, verb: Verb[Any], future: asyncio.Future[Any]) -> _Outcome:
        return future, drive(verb(tx)), None

    def _write_unit_apart(self, tx: SqliteTx, verb: Verb[Any], future: asyncio.Future[Any]) -> _Outcome:
        mark = tx.mark()
        self._writer.execute("savepoint unit")
        try:
            result = drive(verb(tx))
        except BaseException as error:
            # Some errors end the whole transaction (SQLite, "Response To Errors Within A Transaction").
            if is_lost(error) or not self._writer.in_transaction:
                raise
            self._writer.execute("rollback to unit")
            self._writer.execute("release unit")
            tx.forget_after(mark)
            if not isinstance(error, (ParleyError, sqlite3.Error)):
                log.exception("a verb failed")
            return future, None, error
        self._writer.execute("release unit")
        return future, result, None

    # --- erasing for good -------------------------------------------------------------------------------------------

    async def purge(self) -> None:
        """Merge the search indexes (a deleted row's tokens stay in old segments until then), empty the write-ahead log.

        Deleted rows themselves are overwritten at once (`secure_delete`).
        """
        for table in SEARCH_TABLES:
            step = -PURGE_STEP
            while await self.write(lambda tx, table=table, step=step: _merge(tx, table, step)):  # type: ignore[misc]
                step = PURGE_STEP
        for _ in range(PURGE_WAITS):
            if await asyncio.to_thread(self._empty_wal):
                return
            await asyncio.sleep(0.1)
        log.warning("somebody still reads an older state: the write-ahead log is emptied later")

    def _empty_wal(self) -> bool:
        with unavailable(), contextlib.closing(connect(self.path)) as connection:
            connection.execute(f"pragma busy_timeout = {CHECKPOINT_PATIENCE}")
            return bool(connection.execute("pragma wal_checkpoint(truncate)").fetchone()[0] == 0)

    # --- checkpoints, on their own thread ---------------------------------------------------------------------------

    # While others write, a passive checkpoint never quite gets to the end of the log, and only from the end it begins
    # anew; a truncating one holds everybody's writes for as long as the disk takes to flush (34 ms, in every second at
    # 500 messages a second). So the thread does nearly all of it, and the writer, between two batches, the little rest.

    def _begin_wal_anew(self) -> None:
        """On the writer's thread. If somebody still reads an older state, it is tried again after the next look."""
        self._wal_is_long = False
        with contextlib.suppress(sqlite3.Error):
            self._writer.execute("pragma wal_checkpoint(passive)").fetchall()

    def _keep_wal_short(self) -> None:
        connection = connect(self.path)
        connection.execute(f"pragma busy_timeout = {CHECKPOINT_PATIENCE}")
        wal = self.path.with_name(self.path.name + "-wal")
        seen = -1
        while not self._stopping.wait(CHECKPOINT_EVERY):
            size, stamp = _size_and_time(wal)
            if stamp == seen:
                continue
            seen = stamp
            try:
                self._checkpoint(connection, size)
            except sqlite3.Error as why:
                log.warning("checkpoint: %s", why)
        connection.close()

    def _checkpoint(self, connection: sqlite3.Connection, size: int) -> None:
        _, frames, _ = connection.execute("pragma wal_checkpoint(passive)").fetchone()
        if frames * PAGE < WAL_LIMIT:
            return
        # What came meanwhile is little, what comes during that is less.
        connection.execute("pragma wal_checkpoint(passive)").fetchall()
        self._wal_is_long = True
        if size > WAL_MOST and frames * PAGE > WAL_MOST:
            connection.execute("pragma wal_checkpoint(truncate)").fetchall()


async def _merge(tx: Tx, table: str, pages: int) -> bool:
    """One step of FTS5's `merge` (its documentation, section 6.9); False when there is nothing left to do."""
    before = await tx.value("select total_changes()")
    await tx.run(f"insert into {table} ({table}, rank) values ('merge', $1)", pages)
    return bool(await tx.value("select total_changes()") - before >= 2)


def _is_everybodys(error: BaseException) -> bool:
    """Is it no single unit's fault, so that it would meet each of a batch by itself too?"""
    return is_lost(error) or isinstance(error, Moving)


def _size_and_time(file: Path) -> tuple[int, int]:
    try:
        found = file.stat()
    except FileNotFoundError:
        return 0, -1
    return found.st_size, found.st_mtime_ns

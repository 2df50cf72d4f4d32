"""SQLite's file: how we connect to it, bring it to our schema, and what its errors mean."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from gateway.errors import ConfigError, Unavailable
from gateway.events import new_id
from gateway.store import migrate
from gateway.store.sql import for_sqlite

LOST = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
)
"""Trouble of the disk or the machine, not of a statement: trying again later is right."""
BUSY = 5_000
"""ms that one waits for another process, which is a command beside the one that serves, to let go of the file."""


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """A connection as all of this house uses it; statements commit only where we say so."""
    target = f"{path.absolute().as_uri()}?mode=ro" if read_only else str(path)
    connection = sqlite3.connect(
        target, isolation_level=None, check_same_thread=False, uri=read_only, cached_statements=512
    )
    connection.row_factory = sqlite3.Row
    connection.execute(f"pragma busy_timeout = {BUSY}")
    connection.execute("pragma cache_size = -65536")
    connection.execute("pragma mmap_size = 1073741824")
    if not read_only:
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = full")
        connection.execute("pragma foreign_keys = on")
        connection.execute("pragma wal_autocheckpoint = 0")
        # What is deleted is overwritten, so an erased word is not read from a free page.
        connection.execute("pragma secure_delete = on")
    return connection


def is_lost(error: BaseException) -> bool:
    """Is it the disk's or machine's trouble? (Error codes come extended, SQLite "Result Codes", section 2.)"""
    code: int = getattr(error, "sqlite_errorcode", None) or 0
    return code & 0xFF in LOST


def reason(error: BaseException) -> str:
    """SQLite's words, or more where they are poor."""
    if (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF == sqlite3.SQLITE_BUSY:
        return (
            f"another process has held the database's lock for {BUSY / 1000:g} s (is one stopped?): {error}"
        )
    return str(error)


@contextlib.contextmanager
def unavailable() -> Iterator[None]:
    """SQLite's own trouble (locked, unreadable, full) as `Unavailable`; a fault in a statement stays what it is."""
    try:
        yield
    except sqlite3.Error as why:
        if not is_lost(why):
            raise
        raise Unavailable(reason(why)) from why


@contextlib.contextmanager
def openable(path: Path) -> Iterator[None]:
    """What keeps a database from being opened: `ConfigError` where it will stay so, else `Unavailable`."""
    try:
        yield
    except OSError as why:
        raise ConfigError(f"[database] url: {why}") from why
    except sqlite3.Error as why:
        if is_lost(why):
            raise Unavailable(f"{path}: {reason(why)}") from why
        raise ConfigError(f"[database] url: {path} is no database of Parley: {why}") from why


def apply_migrations(connection: sqlite3.Connection, now: int, up_to: int | None = None) -> None:
    """Bring the file to this code's schema, in one transaction each. Raises ConfigError when it is too new or was
    left half-way. `up_to` stops at an older version (tests, restoring an older backup)."""
    connection.execute(for_sqlite(migrate.VERSION_TABLE))
    for step in migrate.due(*_current(connection), up_to):
        connection.execute("begin immediate")
        try:
            if step.version > _current(connection)[0]:
                for statement in step.statements(postgres=False):
                    connection.execute(statement)
                connection.execute(for_sqlite(migrate.APPLIED), (step.version, step.name, now))
                if step.version == 1:
                    connection.execute(for_sqlite(migrate.NEW_EPOCH), (new_id(), os.urandom(32).hex()))
            connection.execute("commit")
        except BaseException:
            if connection.in_transaction:
                connection.execute("rollback")
            raise


def _current(connection: sqlite3.Connection) -> tuple[int, int]:
    newest, steps = connection.execute(migrate.CURRENT).fetchone()
    return newest, steps

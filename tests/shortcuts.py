"""What every test would pay for and none but its own is about: the work of a password, the history of the schema.

    passwords   are hashed at a thousandth of the product's price (tests/inbox/test_passwords.py has its own, whole)
    SQLite      a file that is new begins as a copy of one that went through all migrations, as PostgreSQL's do
                (tests/databases.py); its epoch and its secret are its own

Taken by tests/conftest.py, and by the process that houses are forked from.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from gateway.events import new_id
from gateway.store import sqlite
from gateway.store.sqlite_file import apply_migrations
from inbox.auth import passwords

MEMORY = passwords.MEMORY
"""What a password costs in earnest, in KiB."""
LITTLE = 64


def take() -> None:
    schema()  # now, before a test plays with what the migrations are
    passwords.MEMORY = LITTLE
    sqlite.apply_migrations = _begin  # type: ignore[attr-defined]


def _begin(connection: sqlite3.Connection, now: int, up_to: int | None = None) -> None:
    """As `apply_migrations`; an empty file is given what that once made."""
    if up_to is None:
        with _one_at_a_time(
            connection
        ):  # or the second of two would lay its copy over what the first has written
            if connection.execute("select 1 from sqlite_master").fetchone() is None:
                _copy(connection, now)
    apply_migrations(connection, now, up_to)


def _copy(connection: sqlite3.Connection, now: int) -> None:
    with closing(sqlite3.connect(":memory:")) as prepared:
        prepared.deserialize(schema())
        prepared.backup(connection)
    own = [(new_id(), "epoch"), (os.urandom(32).hex(), "secret")]
    connection.execute("begin immediate")
    connection.executemany("update meta set value = ? where key = ?", own)
    connection.execute("update schema_version set applied_at = ?", (now,))
    connection.execute("commit")


@contextmanager
def _one_at_a_time(connection: sqlite3.Connection) -> Iterator[None]:
    """Of all processes that open a database in its folder."""
    file = connection.execute("pragma database_list").fetchone()[2]
    if not file:
        yield  # in memory: nobody else's
        return
    folder = os.open(Path(file).parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


@cache
def schema() -> bytes:
    """A database that has been through all migrations."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        made.execute("pragma foreign_keys = on")
        apply_migrations(made, 0)
        return made.serialize()
